import { canonicalBytes } from '#signing/canonical-json.ts';
import { findKeySetFault } from '#signing/documents.ts';
import { parseEnrolmentString } from '#signing/enrolment-string.ts';
import { signBytes } from '#signing/keys.ts';
import type { AgentConfig } from './config.ts';
import { DurableFiles } from './files/durable-files.ts';
import { lockFolder } from './files/folder-lock.ts';
import { openDiskFiles } from './files/raw-files.ts';
import { keepEnrollingKey, readIdentity, saveIdentity } from './identity.ts';
import { ServerRefusal } from './link/http-client.ts';
import { askToEnrol } from './link/server-session.ts';
import { saveKeySet } from './programme/held-key-set.ts';

/** First contact: what the server says counts only under the root key of the string, which came by hand. */
export async function enrolReceiver(
  config: AgentConfig,
  text: string,
  fetchFrom: typeof fetch = fetch,
): Promise<{ receiverId: string }> {
  const invitation = parseEnrolmentString(text);
  if (!invitation) throw new Error('this is not an enrolment string, or it was mistyped: copy it whole, it begins with tt1~');
  await using _lock = await lockFolder(config.dataFolder);
  const files = new DurableFiles(openDiskFiles(config.dataFolder));
  await files.open([]);
  const known = await readIdentity(files);
  if (known)
    throw new Error(`this receiver is enrolled already, as ${known.receiverId}: empty ${config.dataFolder} to enrol it anew`);

  const { code, address, rootKey } = invitation;
  const key = await keepEnrollingKey(files, code);
  const { hardwareId, agentVersion, limits } = config;
  const statement = { type: 'enrol', code, publicKey: key.keyId, hardwareId };
  const request = { code, publicKey: key.keyId, hardwareId, agentVersion, signature: signBytes(key, canonicalBytes(statement)) };
  const enrolled = await askToEnrol({ address, fetch: fetchFrom, ...limits }, request).catch((error: unknown) => {
    if (error instanceof ServerRefusal) throw error;
    throw new Error(`no answer from ${address}: run the same command again, its string is not used up`, { cause: error });
  });

  const fault = enrolled.rootKey === rootKey ? findKeySetFault(enrolled.keySet, rootKey, undefined) : 'root-key-foreign';
  if (fault) throw new Error(`the server at ${address} is not the one of this enrolment string (${fault}): nothing was kept`);
  await saveKeySet(files, enrolled.keySet);
  const { receiverId, clusterId, kind, mqttUrl } = enrolled;
  await saveIdentity(files, { receiverId, clusterId, kind, mqttUrl, address, rootKey }, key);
  return { receiverId };
}

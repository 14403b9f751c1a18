import { randomBytes } from 'node:crypto';
import type { LoginRequest } from '#contract/enrolment.ts';
import { canonicalBytes, sha256Hex } from '#signing/canonical-json.ts';
import { verifyBytes } from '#signing/keys.ts';
import { type Db, inTransaction } from '../database/open-database.ts';
import { instantOf } from '../lib/clock.ts';
import { Problem } from '../lib/problem.ts';
import { isCloned } from './hardware-id-rules.ts';
import { findSessionReceiver, insertHardwareSighting, insertSession, listHardwareSightings } from './login-store.ts';
import { quarantineWithin } from './quarantine-receiver.ts';
import { lookNowQuietly, type ReceiverDeps } from './receiver-deps.ts';
import { findReceiver, saveHardwareId } from './receiver-store.ts';

const TOKEN_MS = 12 * 3_600_000;
/** Each start of an agent takes a new token; older ones die beyond this. */
const SESSIONS_PER_RECEIVER_MAX = 5;

type Deps = Pick<ReceiverDeps, 'db' | 'clock' | 'nonces' | 'logger' | 'lookNow'>;

/**
 * The one check behind both logins, HTTP and MQTT. Unknown receivers are refused as wrong signatures are: ids can't be probed.
 * @throws `nonce-unknown`, `receiver-signature-wrong`, `receiver-revoked`
 */
export async function checkLogin(deps: Deps, request: LoginRequest): Promise<void> {
  const { receiverId, nonce, hardwareId, signature } = request;
  if (!deps.nonces.isGood(nonce, receiverId)) throw new Problem('nonce-unknown');
  const receiver = await findReceiver(deps.db, receiverId);
  const signed = canonicalBytes({ type: 'login', receiverId, nonce, hardwareId });
  if (!receiver || !verifyBytes(receiver.publicKey, signed, signature)) throw new Problem('receiver-signature-wrong');
  if (!deps.nonces.spend(nonce, receiverId)) throw new Problem('nonce-unknown');
  if (receiver.state === 'revoked') throw new Problem('receiver-revoked');
  if (hardwareId !== receiver.hardwareId) await noteHardware(deps, receiverId, hardwareId);
}

export async function loginReceiver(deps: Deps, request: LoginRequest): Promise<{ token: string; expiresAt: string }> {
  await checkLogin(deps, request);
  const token = randomBytes(32).toString('base64url');
  const nowMs = deps.clock.now();
  const expiresAt = instantOf(nowMs + TOKEN_MS);
  const session = { tokenHash: hashOf(token), receiverId: request.receiverId, expiresAt };
  await inTransaction(deps.db, (db) => insertSession(db, session, instantOf(nowMs), SESSIONS_PER_RECEIVER_MAX));
  return { token, expiresAt };
}

/** The receiver behind a bearer token, unless it ended or the receiver was revoked. */
export function findReceiverByToken(deps: Pick<Deps, 'db' | 'clock'>, token: string): Promise<string | undefined> {
  return findSessionReceiver(deps.db, hashOf(token), instantOf(deps.clock.now()));
}

async function noteHardware(deps: Deps, receiverId: string, hardwareId: string): Promise<void> {
  const at = instantOf(deps.clock.now());
  const isQuarantined = await inTransaction(deps.db, (db) => noteHardwareWithin(db, receiverId, { hardwareId, at }));
  deps.logger.warn({ receiverId, hardwareId, isQuarantined }, 'receiver came from other hardware than before');
  if (isQuarantined) await lookNowQuietly(deps, receiverId);
}

async function noteHardwareWithin(db: Db, receiverId: string, seen: { hardwareId: string; at: string }): Promise<boolean> {
  const sightings = await listHardwareSightings(db, receiverId);
  if (sightings.at(-1)?.hardwareId === seen.hardwareId) return false;
  await insertHardwareSighting(db, receiverId, seen);
  await saveHardwareId(db, receiverId, seen.hardwareId);
  return isCloned([...sightings, seen]) && quarantineWithin(db, receiverId, 'hardware-ids-alternate', seen.at);
}

function hashOf(token: string): string {
  return sha256Hex(Buffer.from(token));
}

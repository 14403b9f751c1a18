import { randomUUID } from 'node:crypto';
import { type ExportedReceipt, type ExportManifest, GENESIS_HASH } from '#contract/receipt.ts';
import { instantOf } from '../lib/clock.ts';
import { listChainHeads } from '../receivers/chain-store.ts';
import { getAiring } from '../scheduling/airing-store.ts';
import { listDeliveryHeads } from './delivery-store.ts';
import type { DispatchDeps } from './dispatch-deps.ts';
import { listAiringSequences, listReceipts, listReceiversSpeakingOf } from './receipt-store.ts';

const PIECE = 500;

/**
 * Lines of JSON for an outsider: a manifest signed by the `record` key with the key set behind it, then each receiver's
 * contiguous chain around the airing. Receipts of other airings travel as hashes only.
 */
export async function* exportReceipts(
  deps: Pick<DispatchDeps, 'db' | 'clock' | 'keyRing'>,
  airingId: string,
): AsyncGenerator<string> {
  await getAiring(deps.db, airingId);
  // Silent ones belong into the record as well, and so does whoever spoke without having been asked.
  const planned = (await listDeliveryHeads(deps.db, airingId)).map((head) => head.receiverId);
  const receiverIds = [...new Set([...planned, ...(await listReceiversSpeakingOf(deps.db, airingId))])];
  const receivers: ExportManifest['receivers'] = [];
  for (let from = 0; from < receiverIds.length; from += PIECE) {
    const heads = await listChainHeads(deps.db, receiverIds.slice(from, from + PIECE));
    for (const head of heads) receivers.push(await describeChain(deps, airingId, head));
  }
  receivers.sort((a, b) => (a.receiverId < b.receiverId ? -1 : 1));
  const manifest: ExportManifest = {
    type: 'export-manifest',
    v: 1,
    exportId: randomUUID(),
    airingId,
    exportedAt: instantOf(deps.clock.now()),
    receivers,
  };
  yield JSON.stringify({ manifest: deps.keyRing.sign('record', manifest), keySet: deps.keyRing.keySet });
  for (const receiver of receivers) yield* exportChain(deps, airingId, receiver);
}

async function describeChain(
  deps: Pick<DispatchDeps, 'db'>,
  airingId: string,
  head: { receiverId: string; publicKey: string },
): Promise<ExportManifest['receivers'][number]> {
  const { receiverId, publicKey } = head;
  const airingSequences = await listAiringSequences(deps.db, receiverId, airingId);
  const [firstSequence, lastSequence] = [airingSequences[0], airingSequences.at(-1)];
  if (firstSequence === undefined || lastSequence === undefined) {
    const none = {
      firstSequence: 1,
      lastSequence: 0,
      previousHash: GENESIS_HASH,
      headHash: GENESIS_HASH,
      count: 0,
      airingSequences,
    };
    return { receiverId, receiverKey: publicKey, ...none };
  }
  const [first] = await listReceipts(deps.db, receiverId, firstSequence, firstSequence);
  const [last] = await listReceipts(deps.db, receiverId, lastSequence, lastSequence);
  if (!first || !last) throw new Error(`the receipts of ${receiverId} changed while they were being exported`);
  return {
    receiverId,
    receiverKey: publicKey,
    firstSequence,
    lastSequence,
    previousHash: first.receipt.head.previousHash,
    headHash: last.hash,
    count: lastSequence - firstSequence + 1,
    airingSequences,
  };
}

async function* exportChain(
  deps: Pick<DispatchDeps, 'db'>,
  airingId: string,
  receiver: ExportManifest['receivers'][number],
): AsyncGenerator<string> {
  for (let from = receiver.firstSequence; from <= receiver.lastSequence; from += PIECE) {
    const to = Math.min(from + PIECE - 1, receiver.lastSequence);
    for (const { receipt } of await listReceipts(deps.db, receiver.receiverId, from, to)) {
      const isOurs = 'airingId' in receipt.body && receipt.body.airingId === airingId;
      const line: ExportedReceipt = isOurs ? receipt : { ...receipt, body: null };
      yield JSON.stringify(line);
    }
  }
}

import { canonicalBytes } from '#signing/canonical-json.ts';
import type { Db } from '../database/open-database.ts';
import { hashAuditEntry, NO_PREVIOUS_HASH } from './audit-entry-hash.ts';
import { type AuditHead, findNotedHead, listAuditEntriesAfter, type StoredAuditEntry } from './audit-store.ts';

export type AuditVerdict =
  | { isIntact: true; count: number; headHash: string }
  | { isIntact: false; sequence: number; reason: 'entry-missing' | 'entry-altered' | 'chain-broken' | 'tail-missing' };

const ENTRIES_AT_ONCE = 500;

/**
 * Walks the trail and names the first bad entry: altered, removed, put elsewhere, or cut off at the end.
 *
 * Who can write the file and knows this code can forge a whole trail anew. Against that, keep `headHash` elsewhere
 * from time to time and give it as `known`: a trail that no longer holds it at its place is not the same one.
 */
export async function verifyAuditTrail(db: Db, known?: AuditHead): Promise<AuditVerdict> {
  let last: AuditHead = { sequence: 0, hash: NO_PREVIOUS_HASH };
  for (;;) {
    const entries = await listAuditEntriesAfter(db, last.sequence, ENTRIES_AT_ONCE);
    for (const entry of entries) {
      const reason = findFault(entry, last, known);
      if (reason) return { isIntact: false, sequence: reason === 'entry-missing' ? last.sequence + 1 : entry.sequence, reason };
      last = { sequence: entry.sequence, hash: entry.hash };
    }
    if (entries.length > 0) continue;
    // Read after the last entry: what is appended meanwhile moves the head on and is walked in the next round.
    const head = await findNotedHead(db);
    const expected = Math.max(head?.sequence ?? 0, known?.sequence ?? 0);
    if (expected > last.sequence) {
      const [another] = await listAuditEntriesAfter(db, last.sequence, 1);
      if (another) continue;
      return { isIntact: false, sequence: last.sequence + 1, reason: 'tail-missing' };
    }
    if ((head?.hash ?? NO_PREVIOUS_HASH) === last.hash) return { isIntact: true, count: last.sequence, headHash: last.hash };
    const [another] = await listAuditEntriesAfter(db, last.sequence, 1);
    if (!another) return { isIntact: false, sequence: last.sequence, reason: 'chain-broken' };
  }
}

function findFault(
  entry: StoredAuditEntry,
  last: AuditHead,
  known: AuditHead | undefined,
): 'entry-missing' | 'entry-altered' | 'chain-broken' | undefined {
  if (entry.sequence !== last.sequence + 1) return 'entry-missing';
  if (!isAsWritten(entry)) return 'entry-altered';
  if (entry.previousHash !== last.hash) return 'chain-broken';
  return known?.sequence === entry.sequence && known.hash !== entry.hash ? 'chain-broken' : undefined;
}

/** Canonical text too: a key that stands twice in the text would be gone once parsed. */
function isAsWritten(entry: StoredAuditEntry): boolean {
  try {
    return canonicalBytes(entry.detail).toString('utf8') === entry.detailText && hashAuditEntry(entry) === entry.hash;
  } catch (error) {
    if (error instanceof TypeError) return false; // a fraction was put in: it has no canonical form
    throw error;
  }
}

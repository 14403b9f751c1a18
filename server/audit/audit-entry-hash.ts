import type { AuditEntry } from '#contract/account.ts';
import { canonicalBytes, sha256Hex } from '#signing/canonical-json.ts';

/** What the first entry names as the one before it. */
export const NO_PREVIOUS_HASH = '0'.repeat(64);

/** SHA-256 over the RFC 8785 bytes of everything else in the entry, its place and the hash before it included. */
export function hashAuditEntry(entry: Omit<AuditEntry, 'hash'>): string {
  const { sequence, recordedAt, accountId, action, subjectKind, subjectId, areaId, detail, previousHash } = entry;
  return sha256Hex(
    canonicalBytes({ sequence, recordedAt, accountId, action, subjectKind, subjectId, areaId, detail, previousHash }),
  );
}

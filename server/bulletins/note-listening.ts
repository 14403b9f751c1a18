import { inTransaction } from '../database/open-database.ts';
import type { Caller } from '../http/bind-endpoint.ts';
import { instantOf } from '../lib/clock.ts';
import { Problem } from '../lib/problem.ts';
import type { BulletinDeps } from './bulletin-deps.ts';
import { saveListening } from './revision-store.ts';

/**
 * Remembers that a person played one revision's audio to its end. It is the player's word: a reminder for the approver, no
 * condition of the approval.
 * @throws `audio-not-those-heard` when that revision has no such audio
 */
export async function noteListening(
  deps: Pick<BulletinDeps, 'db' | 'clock' | 'rendering'>,
  caller: Caller,
  bulletinId: string,
  heard: { revision: number; sha256: string },
): Promise<void> {
  await inTransaction(deps.db, async (db) => {
    const { revision, sha256 } = heard;
    const [rendered] = await deps.rendering.read(db, [{ bulletinId, revision }]);
    if (!rendered?.renditions.some((rendition) => rendition.sha256 === sha256)) throw new Problem('audio-not-those-heard');
    const listenedAt = instantOf(deps.clock.now());
    await saveListening(db, { bulletinId, revision, sha256, accountId: caller.accountId, listenedAt });
  });
}

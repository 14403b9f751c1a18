import type { Bulletin, Rendering } from '#contract/bulletin.ts';
import { listDisplayNames } from '../accounts/account-store.ts';
import { listDescendants } from '../areas/area-store.ts';
import { inTransaction } from '../database/open-database.ts';
import { instantOf } from '../lib/clock.ts';
import type { BulletinDeps, RenderedRevision } from './bulletin-deps.ts';
import { getBulletin, listDecisions, listStoredBulletins, type StoredBulletin } from './bulletin-store.ts';

const NOT_RENDERED: Rendering = { state: 'none', progressPercent: 0, problem: null, spokenText: null, unknownTokens: [] };

type ReadDeps = Pick<BulletinDeps, 'db' | 'clock' | 'rendering'>;

export async function readBulletin(deps: ReadDeps, bulletinId: string): Promise<Bulletin> {
  // One transaction, so that a revision is never shown with another one's rendering.
  return inTransaction(deps.db, async (db) => {
    const bulletin = await getBulletin(db, bulletinId);
    const [rendered] = await deps.rendering.read(db, [bulletin]);
    const decision = (await listDecisions(db, [bulletinId])).get(bulletinId) ?? null;
    return onWire(bulletin, await listDisplayNames(db, [bulletin.authorId]), rendered, decision);
  });
}

export async function listBulletins(
  deps: ReadDeps,
  query: { areaId: string; state?: string | undefined; after?: string | undefined; limit: number },
): Promise<{ entries: Bulletin[]; next: string | null }> {
  return inTransaction(deps.db, async (db) => {
    const areaIds = await listDescendants(db, query.areaId, instantOf(deps.clock.now()));
    const bulletins = await listStoredBulletins(db, { ...query, areaIds });
    const rendered = new Map((await deps.rendering.read(db, bulletins)).map((each) => [each.bulletinId, each]));
    const decisions = await listDecisions(
      db,
      bulletins.map((bulletin) => bulletin.bulletinId),
    );
    const names = await listDisplayNames(
      db,
      bulletins.map((bulletin) => bulletin.authorId),
    );
    const last = bulletins.length === query.limit ? bulletins.at(-1) : undefined;
    return {
      entries: bulletins.map((each) =>
        onWire(each, names, rendered.get(each.bulletinId), decisions.get(each.bulletinId) ?? null),
      ),
      next: last ? `${last.createdAt}~${last.bulletinId}` : null,
    };
  });
}

function onWire(
  bulletin: StoredBulletin,
  names: ReadonlyMap<string, string>,
  rendered: RenderedRevision | undefined,
  decision: Bulletin['decision'],
): Bulletin {
  const { editorId: _editorId, frozenAt: _frozenAt, ...shown } = bulletin;
  const authorName = names.get(bulletin.authorId) ?? '';
  return {
    ...shown,
    authorName,
    rendering: rendered?.rendering ?? NOT_RENDERED,
    renditions: rendered?.renditions ?? [],
    decision,
  };
}

import type { Airing } from '#contract/airing.ts';
import { listDisplayNames } from '../accounts/account-store.ts';
import { listAreaNames } from '../areas/area-store.ts';
import type { Db } from '../database/open-database.ts';
import type { StoredAiring } from './airing-store.ts';

/** Airings as the wire has them, with the names of area and author: two more queries for however many. */
export async function showAirings(db: Db, airings: readonly StoredAiring[]): Promise<Airing[]> {
  const areaNames = await listAreaNames(
    db,
    airings.map((airing) => airing.areaId),
  );
  const accountNames = await listDisplayNames(
    db,
    airings.map((airing) => airing.createdBy),
  );
  return airings.map((airing) => ({
    ...airing,
    areaName: areaNames.get(airing.areaId) ?? '',
    createdByName: accountNames.get(airing.createdBy) ?? '',
    bulletins: airing.items.map(({ bulletinId, revision, title, media }) => ({
      bulletinId,
      revision,
      title,
      durationMs: media.durationMs,
    })),
    hasChime: airing.chime !== null,
    hasEndTone: airing.endTone !== null,
  }));
}

export async function showAiring(db: Db, airing: StoredAiring): Promise<Airing> {
  const [shown] = await showAirings(db, [airing]);
  if (!shown) throw new Error('one airing in, one airing out');
  return shown;
}

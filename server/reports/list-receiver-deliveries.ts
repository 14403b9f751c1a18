import type { ReceiverDelivery } from '#contract/report.ts';
import type { Db } from '../database/open-database.ts';
import { listDeliveriesAt } from '../dispatch/delivery-store.ts';
import { listByIds } from '../scheduling/airing-store.ts';
import { listAiringsAt } from './report-store.ts';

/** What one receiver should have played and did, newest first. */
export async function listReceiverDeliveries(
  db: Db,
  receiverId: string,
  page: { after?: string | undefined; limit: number },
): Promise<{ entries: ReceiverDelivery[]; next: string | null }> {
  const heads = await listAiringsAt(db, receiverId, page);
  const airingIds = heads.map((head) => head.airingId);
  const airings = new Map((await listByIds(db, airingIds)).map((airing) => [airing.airingId, airing]));
  const deliveries = new Map((await listDeliveriesAt(db, [receiverId], airingIds)).map((each) => [each.airingId, each]));
  const entries = heads.flatMap(({ airingId, startsAt }): ReceiverDelivery[] => {
    const [airing, delivery] = [airings.get(airingId), deliveries.get(airingId)];
    if (!airing || !delivery) return [];
    const titles = airing.items.map((item) => item.title);
    return [{ delivery, airing: { airingId, startsAt, class: airing.class, titles } }];
  });
  const last = heads.length === page.limit ? heads.at(-1) : undefined;
  return { entries, next: last ? `${last.startsAt}~${last.airingId}` : null };
}

import type { Target } from '#contract/airing.ts';
import type { Bulletin } from '#contract/bulletin.ts';
import type { CommuneSite } from '../../tests/support/commune-site.ts';
import { waitFor } from '../../tests/support/wait-for.ts';
import type { CommuneBulletins } from './seed-commune.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** The commune's zone; there has been no summer time since 1975. */
const OFFSET_MS = 7 * HOUR_MS;
/** How far ahead an airing is planned that shall really sound: media are fetched, loaded and armed meanwhile. */
const LEAD_MS = 15 * SECOND_MS;
/** An airing is closed when nothing late may begin any more. */
const SHORTLY = { validForMs: 2 * SECOND_MS };
/** After the last sound, for receipts to come in. */
const RECEIPTS_WITHIN_MS = 2 * MINUTE_MS;
/** Hours at which communes are used to hear the loudspeakers. */
const HOURS = { morning: 5, noon: 11, evening: 17 };

type Say = (text: string) => void;

/**
 * What a commune's day looks like: airings that have sounded at real receivers, one of them partly unknown because a link is cut;
 * one on air in a minute; the usual hours of today and tomorrow. Nothing is told to have sounded that has not.
 */
export async function seedAirings(site: CommuneSite, bulletins: CommuneBulletins, say: Say): Promise<void> {
  const { brief, morning, digital, waste } = bulletins;
  const commune: Target[] = [{ kind: 'area', id: site.communeId }];
  const [first, , third] = site.receivers;
  if (!first || !third) throw new Error('the commune needs three receivers');

  say('airing “Lời chào đầu giờ” now: it really sounds, on players without a loudspeaker');
  await untilPlayed(site, await schedule(site, [brief], commune, Date.now() + LEAD_MS, SHORTLY), site.receivers.length);
  say(`the link of ${third.name} breaks: what it plays is unknown until its receipts arrive`);
  third.link.cut();
  say('airing “Lịch thu gom rác”');
  await untilPlayed(site, await schedule(site, [waste], commune, Date.now() + LEAD_MS, SHORTLY), site.receivers.length - 1);

  await schedule(site, [morning, digital], commune, Date.now() + MINUTE_MS, { repeats: 3 });
  for (const [days, hour, list, targets] of [
    [0, HOURS.noon, [digital], commune],
    [0, HOURS.evening, [waste, brief], commune],
    [1, HOURS.morning, [morning], commune],
    [1, HOURS.noon, [digital], [{ kind: 'cluster', id: first.clusterId }]],
    [1, HOURS.evening, [morning, waste], commune],
  ] as const) {
    const atMs = wallClock(days, hour);
    // What has just gone by today comes tomorrow as well; nothing is planned into the next minutes.
    if (atMs > Date.now() + 10 * MINUTE_MS) await schedule(site, list, [...targets], atMs);
  }
}

async function schedule(
  site: CommuneSite,
  bulletins: readonly Bulletin[],
  targets: Target[],
  startsAtMs: number,
  more: { repeats?: number; validForMs?: number } = {},
): Promise<string> {
  const { airingId } = await site.approver.call('scheduleAiring', {
    body: {
      areaId: site.communeId,
      bulletinIds: bulletins.map(({ bulletinId }) => bulletinId),
      targets,
      startsAt: new Date(startsAtMs).toISOString(),
      ...more,
    },
  });
  return airingId;
}

/** Their receipts say so; nothing else does. */
async function untilPlayed(site: CommuneSite, airingId: string, receivers: number): Promise<void> {
  const params = { airingId };
  const { airing } = await site.approver.call('readAiring', { params });
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, Date.parse(airing.endsAt) - Date.now())));
  await waitFor(
    `${receivers} receivers have played`,
    async () => (await site.approver.call('readAiring', { params })).coverage.byState.played === receivers,
    RECEIPTS_WITHIN_MS,
  );
}

/** The instant of a full hour by the commune's clock, today or days later. */
function wallClock(days: number, hour: number): number {
  const today = Math.floor((Date.now() + OFFSET_MS) / DAY_MS) * DAY_MS - OFFSET_MS;
  return today + days * DAY_MS + hour * HOUR_MS;
}

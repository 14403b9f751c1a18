import { z } from 'zod';
import { Airing, Coverage, Delivery, ScheduleAiring } from './airing.ts';
import { Class, Id, Instant, Milliseconds } from './primitives.ts';
import { ProblemReply } from './problem.ts';

export const NoticeKind = z.enum([
  'awaiting-approval',
  'bulletin-rejected',
  'rendering-failed',
  'airing-missed',
  'cluster-silent',
  'cluster-empty',
]);
export type NoticeKind = z.infer<typeof NoticeKind>;

/** What needs a hand. `subjectId` is the bulletin, airing or cluster; `count` how many receivers an airing did not reach whole. */
export const Notice = z.object({ kind: NoticeKind, subjectId: Id, title: z.string(), since: Instant, count: z.int().min(1) });
export type Notice = z.infer<typeof Notice>;

/** `hamlets` and `clusters`: where it sounds, by its deliveries; before it is planned by its targets. */
export const DayAiring = z.object({
  airing: Airing,
  coverage: Coverage,
  hamlets: z.int().min(0),
  clusters: z.int().min(0),
});
export type DayAiring = z.infer<typeof DayAiring>;

export const ReceiverDelivery = z.object({
  delivery: Delivery,
  airing: z.object({ airingId: Id, startsAt: Instant, class: Class, titles: z.array(z.string()) }),
});
export type ReceiverDelivery = z.infer<typeof ReceiverDelivery>;

/** As `ScheduleAiring`, while it is still being chosen: nothing need be right yet. */
export const PreviewTargets = ScheduleAiring.omit({ validForMs: true });
export type PreviewTargets = z.infer<typeof PreviewTargets>;

export const TargetsPreview = z.object({
  clusters: z.int(),
  hamlets: z.int(),
  /** Gateways among them. */
  receivers: z.int(),
  gateways: z.int(),
  /** Not known to be online. */
  offlineNow: z.int(),
  clustersWithoutReceiver: z.int(),
  /** From the first sample of the chime to the last of the end tone. */
  lengthMs: Milliseconds,
  /** What one receiver downloads that holds none of the bulletins yet. */
  bytesPerReceiver: z.int(),
  bytesTotal: z.int(),
  /** What else is planned at that time in any of those clusters. */
  alsoThen: z.array(Airing),
  /** What `scheduleAiring` would refuse. */
  problems: z.array(ProblemReply),
});
export type TargetsPreview = z.infer<typeof TargetsPreview>;

import type { Coverage } from '#contract/airing.ts';
import type { ReceiverKind } from '#contract/enrolment.ts';
import type { DeliveryState, EvidenceLevel } from '#contract/primitives.ts';

/** Counts deliveries by state; `count` where several alike come as one. Behind a gateway nothing can be confirmed, so what it played is counted apart. */
export function summariseCoverage(
  deliveries: readonly { state: DeliveryState; evidence: EvidenceLevel | null; kind: ReceiverKind; count?: number }[],
): Coverage {
  const byState: Coverage['byState'] = {};
  for (const { state, count = 1 } of deliveries) byState[state] = (byState[state] ?? 0) + count;
  const confirmable = deliveries.filter((delivery) => delivery.kind === 'loudspeaker');
  return {
    receivers: total(deliveries),
    byState,
    rendered: total(confirmable.filter(({ evidence }) => evidence === 'rendered' || evidence === 'heard')),
    heard: total(confirmable.filter(({ evidence }) => evidence === 'heard')),
    notConfirmable: total(deliveries) - total(confirmable),
  };
}

function total(deliveries: readonly { count?: number }[]): number {
  return deliveries.reduce((sum, { count = 1 }) => sum + count, 0);
}

import type { Coverage } from '#contract/airing.ts';
import type { ReceiverKind } from '#contract/enrolment.ts';
import type { DeliveryState, EvidenceLevel } from '#contract/primitives.ts';

/** Counts deliveries by state. Behind a gateway nothing can be confirmed, so what it played is counted apart. */
export function summariseCoverage(
  deliveries: readonly { state: DeliveryState; evidence: EvidenceLevel | null; kind: ReceiverKind }[],
): Coverage {
  const byState: Coverage['byState'] = {};
  for (const { state } of deliveries) byState[state] = (byState[state] ?? 0) + 1;
  const confirmable = deliveries.filter((delivery) => delivery.kind === 'loudspeaker');
  return {
    receivers: deliveries.length,
    byState,
    rendered: confirmable.filter(({ evidence }) => evidence === 'rendered' || evidence === 'heard').length,
    heard: confirmable.filter(({ evidence }) => evidence === 'heard').length,
    notConfirmable: deliveries.length - confirmable.length,
  };
}

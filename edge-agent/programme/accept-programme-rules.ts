import type { Programme } from '#contract/order.ts';
import type { ClockTrust } from '#contract/primitives.ts';
import type { ProblemCode } from '#contract/problem.ts';
import { isTimeZoneKnown } from '#contract/quiet-hours.ts';

export interface ProgrammeArrival {
  programme: Programme;
  signatureFault: ProblemCode | undefined;
  receiverId: string;
  held: { epoch: number; revision: number } | undefined;
  nowMs: number;
  clockTrust: ClockTrust;
}

/** Why a programme is not taken over, or undefined. The same revision again is taken: it was built anew with later orders. */
export function findProgrammeFault(arrival: ProgrammeArrival): ProblemCode | undefined {
  const { programme, signatureFault, receiverId, held, nowMs, clockTrust } = arrival;
  if (signatureFault) return signatureFault;
  if (programme.receiverId !== receiverId) return 'order-for-another';
  if (held && (programme.epoch - held.epoch || programme.revision - held.revision) < 0) return 'programme-older';
  if (!isTimeZoneKnown(programme.policy.timeZone)) return 'order-invalid';
  if (clockTrust !== 'untrusted' && nowMs > Date.parse(programme.validUntil)) return 'order-expired';
  return undefined;
}

import type { Allowance } from './attempt-rules.ts';

/**
 * By address, and thousands of receivers may share one behind a carrier's NAT: after an outage all of them log in at once,
 * twice each with a nonce before. So the burst lets 1,500 receivers in at once, then 10 a second.
 */
export const LOGINS_BY_ADDRESS: Allowance = { burst: 6000, perSecond: 40 };
/** Enrolling is done by hand; a code's own tries guard the code, this keeps the guessing of names slow. */
export const ENROLMENTS_BY_ADDRESS: Allowance = { burst: 60, perSecond: 0.5 };

import { describe, expect, it } from 'vitest';
import { summariseCoverage } from '../../../server/dispatch/coverage-rules.ts';

describe('coverage', () => {
  it('never counts unknown as played, and keeps rendered, heard and unconfirmable apart', () => {
    const coverage = summariseCoverage([
      { state: 'played', evidence: 'rendered', kind: 'loudspeaker' },
      { state: 'played', evidence: 'heard', kind: 'loudspeaker' },
      { state: 'played', evidence: 'rendered', kind: 'gateway' },
      { state: 'unknown', evidence: null, kind: 'loudspeaker' },
    ]);
    expect(coverage).toEqual({ receivers: 4, byState: { played: 3, unknown: 1 }, rendered: 2, heard: 1, notConfirmable: 1 });
  });
});

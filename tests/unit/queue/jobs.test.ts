import { expect, test } from 'vitest';
import { jobIdOf, jobNames, jobs, parseJobPayload } from '../../../server/queue/jobs.ts';

test('the same payload has the same id, whatever the order of its keys', () => {
  expect(jobIdOf('render-bulletin', { bulletinId: 'b1', revision: 2 })).toBe('render-bulletin.b1.2');
  expect(jobIdOf('render-bulletin', { revision: 2, bulletinId: 'b1' })).toBe('render-bulletin.b1.2');
});

test('payloads that could be mistaken for one another in an id are refused', () => {
  for (const bulletinId of ['', 'b.1', 'b:1', '../b', 'b 1', 'x'.repeat(65)]) {
    expect(() => parseJobPayload('render-bulletin', { bulletinId, revision: 1 })).toThrow(/bulletinId/);
  }
});

test('a payload carries ids and nothing else', () => {
  expect(() => parseJobPayload('plan-deliveries', { airingId: 'a1', text: 'Xin chào' })).toThrow(/unrecognized/i);
  expect(() => parseJobPayload('plan-deliveries', {})).toThrow(/airingId/);
});

test.each(jobNames)('%s has bounded patience', (name) => {
  const { tries, backoffMs, timeLimitMs, concurrency } = jobs[name].policy;
  expect(tries).toBeGreaterThan(1);
  expect(concurrency).toBeGreaterThan(0);
  expect(timeLimitMs).toBeLessThanOrEqual(60 * 60_000);
  // The last wait between two tries, doubled each time, stays under an hour.
  expect(backoffMs * 2 ** (tries - 2)).toBeLessThan(60 * 60_000);
});

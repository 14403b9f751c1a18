import { describe, expect, test } from 'vitest';
import { isCloned } from '../../../server/receivers/hardware-id-rules.ts';

/** Pairs of board and minute. */
function sightings(...pairs: [string, number][]) {
  return pairs.map(([hardwareId, minute]) => ({ hardwareId, at: new Date(minute * 60_000).toISOString() }));
}

describe('a card is taken for cloned', () => {
  test('when a board comes back soon after another took its place', () => {
    expect(isCloned(sightings(['a', 0], ['b', 600], ['a', 605]))).toBe(true);
    expect(isCloned(sightings(['a', 0], ['b', 10], ['c', 20], ['a', 25]))).toBe(true);
  });

  test.each([
    ['with one board', sightings(['a', 0])],
    ['when it moves to a new board', sightings(['a', 0], ['b', 1])],
    ['when it moves on and on', sightings(['a', 0], ['b', 1], ['c', 2])],
    ['when it moves back much later', sightings(['a', 0], ['b', 10], ['a', 40])],
    ['when nothing was seen', sightings()],
  ])('but not %s', (_name, seen) => expect(isCloned(seen)).toBe(false));
});

import { describe, expect, test } from 'vitest';
import { type Bucket, callerKeyOf, takeFrom } from '../../../server/receivers/attempt-rules.ts';

describe('takeFrom', () => {
  const allowance = { burst: 3, perSecond: 2 };

  test('allows the burst, then only what has come in since', () => {
    let bucket: Bucket | undefined;
    for (let index = 0; index < 3; index += 1) bucket = takeFrom(bucket, 1, allowance, 1000);
    expect(bucket).toEqual({ left: 0, filledAtMs: 1000 });
    expect(takeFrom(bucket, 1, allowance, 1400)).toBeUndefined();
    expect(takeFrom(bucket, 1, allowance, 1500)).toEqual({ left: 0, filledAtMs: 1500 });
  });

  test('never holds more than the burst', () => {
    expect(takeFrom({ left: 0, filledAtMs: 0 }, 1, allowance, 3_600_000)?.left).toBe(2);
  });

  test('is not emptied by a clock that was set back', () => {
    expect(takeFrom({ left: 2, filledAtMs: 9000 }, 1, allowance, 1000)).toEqual({ left: 1, filledAtMs: 1000 });
  });
});

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:DB8:1:2::9', '2001:db8:1:2'],
  ['2001:db8::9', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
])('%s counts as the caller %s', (address, key) => expect(callerKeyOf(address)).toBe(key));

import { expect, it } from 'vitest';
import { meanLevelDbfs, SILENCE_DBFS } from '../../../../edge-agent/audio/level-rules.ts';

const reading = (level: unknown, samples = '48000.000000') => ({
  'lavfi.astats.Overall.RMS_level': level,
  'lavfi.astats.Overall.Number_of_samples': samples,
});

it('a level is what the filter says, and digital silence is a level too', () => {
  expect(meanLevelDbfs(reading('-21.086439'))).toBe(-21.09);
  expect(meanLevelDbfs(reading('-inf'))).toBe(SILENCE_DBFS);
});

it.each([undefined, null, {}, 'x', reading('nan'), reading(''), reading('-20.0', '0.000000'), reading(undefined)])(
  'a level that was not measured is absent: %j',
  (metadata) => expect(meanLevelDbfs(metadata)).toBeUndefined(),
);

import { describe, expect, test } from 'vitest';
import { estimateSpokenMs } from '../../../web/format/spoken-time.ts';

describe('the estimate of spoken time', () => {
  test('is nothing for nothing', () => {
    expect(estimateSpokenMs('', 150)).toBe(0);
  });

  // Lengths as espeak-ng 1.51 made them with its northern voice.
  test.each([
    ['một hai ba bốn năm sáu bảy tám chín mười', 110, 3_973],
    ['một hai ba bốn năm sáu bảy tám chín mười', 150, 2_836],
    ['một, hai, ba, bốn, năm, sáu, bảy, tám, chín, mười', 150, 5_124],
    ['một, hai, ba, bốn, năm, sáu, bảy, tám, chín, mười', 200, 3_573],
    [
      'Ủy ban nhân dân xã thông báo lịch tiêm phòng cho đàn trâu bò. Bà con mang sổ theo, đến nhà văn hóa thôn lúc bảy giờ sáng ngày mai. Xin cảm ơn bà con đã lắng nghe.',
      150,
      11_281,
    ],
  ])('is within a tenth of what was measured: %s at %i', (spoken, wordsPerMinute, measuredMs) => {
    expect(Math.abs(estimateSpokenMs(spoken, wordsPerMinute) - measuredMs) / measuredMs).toBeLessThan(0.1);
  });
});

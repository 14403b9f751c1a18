import { describe, expect, test } from 'vitest';
import { ProblemError, UnreachableError } from '../../../web/api/problem-error.ts';
import { problemSentence, problemText } from '../../../web/api/problem-text.ts';
import { en } from '../../../web/i18n/en.ts';
import { vi as vietnamese } from '../../../web/i18n/vi.ts';

describe('a problem as a sentence', () => {
  test('shows an instant by the clock of the commune', () => {
    const { what } = problemSentence(vietnamese, 'airing-in-past', { startsAt: '2026-11-21T22:00:00.000Z' });
    expect(what).toBe('Giờ phát 05:00 22/11/2026 đã qua.');
  });

  test('shows lengths in minutes and names instead of codes', () => {
    expect(problemSentence(en, 'airing-too-long', { lengthMs: 14_700_000, maxMs: 14_400_000 }).what).toBe(
      'The airing lasts 4:05:00, more than 4:00:00.',
    );
    expect(problemSentence(vietnamese, 'role-missing', { roles: ['approver', 'duty-officer'] }).what).toBe(
      'Tài khoản chưa được giao việc này (cần vai trò: phê duyệt, trực ban).',
    );
  });

  test('tells one conflict from another', () => {
    const { what, wayOut } = problemSentence(en, 'conflict', { reason: 'area-has-clusters', count: 3 });
    expect(what).toBe('This area still has 3 clusters.');
    expect(wayOut).toBe('Move them first.');
    expect(problemSentence(en, 'conflict', { reason: 'not-known-here' }).what).toBe('Something else changed at the same time.');
  });

  test('says that a parameter was not stated instead of leaving a hole', () => {
    expect(problemSentence(en, 'username-taken').what).toBe('The user name not stated is taken.');
  });

  test('is made of whatever was thrown', () => {
    const refused = new ProblemError(401, { code: 'credentials-wrong', params: {} });
    expect(problemText(vietnamese, refused).what).toBe('Tên đăng nhập hoặc mật khẩu không đúng.');
    expect(problemText(en, new UnreachableError()).what).toBe('The server can not be reached.');
    expect(problemText(en, new TypeError('x is undefined')).what).toBe('The page met an error that nobody foresaw.');
  });
});

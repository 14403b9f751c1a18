import type { ProblemCode } from '#contract/problem.ts';
import { problemSentence } from '../api/problem-text.ts';
import { useWords } from '../i18n/language.ts';

/** Why something is as it is, as a sentence. Reasons that people wrote themselves stay as they are. */
export function useReasonSentence(): (reason: string) => string {
  const words = useWords();
  return (reason) => {
    const own = words.coverage.reasons[reason];
    if (own !== undefined) return own;
    if (Object.hasOwn(words.problems.codes, reason)) {
      const { what, wayOut } = problemSentence(words, reason as ProblemCode);
      return `${what} ${wayOut}`;
    }
    return /^[a-z]+(-[a-z]+)+$/.test(reason) ? words.coverage.reasonUnknown.replace('{{reason}}', reason) : reason;
  };
}

import { expect } from 'vitest';
import type { ProblemCode } from '#contract/problem.ts';
import { Problem } from '../../server/lib/problem.ts';

/** Fails unless `work` is refused with this code and, where given, these params among others. */
export async function expectProblem(
  work: Promise<unknown>,
  code: ProblemCode,
  params: Record<string, unknown> = {},
): Promise<void> {
  const outcome = await work.then(
    () => 'nothing was refused',
    (error: unknown) => error,
  );
  if (outcome instanceof Error && !(outcome instanceof Problem)) throw outcome;
  expect(outcome).toBeInstanceOf(Problem);
  expect(outcome).toMatchObject({ code, params });
}

import type { ProblemCode, ProblemParams } from '#contract/problem.ts';

/** An expected refusal. `http/problem-reply.ts` alone turns it into a status code. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly params: ProblemParams;

  constructor(code: ProblemCode, params: ProblemParams = {}, options?: ErrorOptions) {
    super(`${code} ${JSON.stringify(params)}`, options);
    this.name = 'Problem';
    this.code = code;
    this.params = params;
  }
}

export function isProblem(error: unknown, code?: ProblemCode): error is Problem {
  return error instanceof Problem && (code === undefined || error.code === code);
}

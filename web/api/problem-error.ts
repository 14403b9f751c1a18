import type { ProblemCode, ProblemParams, ProblemReply } from '#contract/problem.ts';

/** A refusal as the server sent it. Shown by ProblemAlert or problemText, never by its own text. */
export class ProblemError extends Error {
  readonly status: number;
  readonly code: ProblemCode;
  readonly params: ProblemParams;
  readonly requestId: string | undefined;

  constructor(status: number, problem: ProblemReply) {
    super(problem.code);
    this.name = 'ProblemError';
    this.status = status;
    this.code = problem.code;
    this.params = problem.params;
    this.requestId = problem.requestId;
  }
}

/** Nobody answered: the server is down, or the network between. */
export class UnreachableError extends Error {
  constructor(options?: ErrorOptions) {
    super('the server cannot be reached', options);
    this.name = 'UnreachableError';
  }
}

export function isProblem(error: unknown, code: ProblemCode): error is ProblemError {
  return error instanceof ProblemError && error.code === code;
}

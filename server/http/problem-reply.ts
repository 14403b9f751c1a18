import type { ErrorRequestHandler, Response } from 'express';
import type { ProblemCode, ProblemReply } from '#contract/problem.ts';
import { isProblem, Problem } from '../lib/problem.ts';

/** The only map from codes to HTTP. What is not named here is a refusal of what was sent: 422. */
const STATUS: Partial<Record<ProblemCode, number>> = {
  'request-invalid': 400,
  'not-signed-in': 401,
  'credentials-wrong': 401,
  'second-factor-required': 401,
  'second-factor-wrong': 401,
  'receiver-signature-wrong': 401,
  'nonce-unknown': 401,
  'account-disabled': 403,
  'csrf-token-wrong': 403,
  'role-missing': 403,
  'outside-branch': 403,
  'target-outside-branch': 403,
  'approver-is-author': 403,
  'receiver-revoked': 403,
  'upload-of-another-account': 403,
  'enrolment-code-wrong': 403,
  'route-unknown': 404,
  'not-found': 404,
  'receiver-unknown': 404,
  'media-unknown': 404,
  'upload-unknown': 404,
  conflict: 409,
  'username-taken': 409,
  'second-factor-exists': 409,
  'second-factor-not-begun': 409,
  'area-code-taken': 409,
  'dictionary-entry-exists': 409,
  'cluster-occupied': 409,
  'bulletin-changed-since': 409,
  'bulletin-not-draft': 409,
  'bulletin-not-submitted': 409,
  'bulletin-not-approved': 409,
  'bulletin-not-rendered': 409,
  'rendering-not-running': 409,
  'airing-not-changeable': 409,
  'audio-not-those-heard': 409,
  'upload-not-finished': 409,
  'enrolment-code-used': 410,
  'enrolment-code-expired': 410,
  'enrolment-code-exhausted': 410,
  'body-too-large': 413,
  'upload-too-large': 413,
  'range-invalid': 416,
  'account-locked': 423,
  'too-many-requests': 429,
  'internal-error': 500,
  'not-ready': 503,
  'engine-missing': 503,
  'disk-full': 507,
};

export function statusOf(code: ProblemCode): number {
  return STATUS[code] ?? 422;
}

export function replyOf(problem: Problem, requestId?: string): ProblemReply {
  return { code: problem.code, params: problem.params, ...(requestId === undefined ? {} : { requestId }) };
}

/** What a thrown value means to a caller. Anything unforeseen is `internal-error`: its text is for the log alone. */
export function problemOf(error: unknown): Problem {
  if (isProblem(error)) return error;
  const { code, status, type } = error as { code?: unknown; status?: unknown; type?: unknown };
  if (code === 'SQLITE_FULL' || code === 'ENOSPC') return new Problem('disk-full', {}, { cause: error });
  if (type === 'entity.too.large') return new Problem('body-too-large', {}, { cause: error });
  if (typeof status === 'number' && status >= 400 && status < 500) return new Problem('request-invalid', {}, { cause: error });
  return new Problem('internal-error', {}, { cause: error });
}

export function sendProblem(response: Response, problem: Problem): void {
  if (response.headersSent) {
    response.destroy(problem);
    return;
  }
  response.status(statusOf(problem.code)).json(replyOf(problem, response.locals['requestId'] as string | undefined));
}

/** Last in the chain: the one place where an error becomes a reply. */
export const problemHandler: ErrorRequestHandler = (error, request, response, _next) => {
  const problem = problemOf(error);
  if (problem.code === 'internal-error') request.log.error({ err: error as Error }, 'request failed');
  sendProblem(response, problem);
};

// Resumable upload, tus 1.0 at /api/tus. The library speaks the protocol; who may do what, and how a refusal looks, is said here.
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { Server as TusServer } from '@tus/server';
import type { Request as HttpRequest, RequestHandler, Response as HttpResponse } from 'express';
import { z } from 'zod';
import type { Role } from '#contract/account.ts';
import { Id } from '#contract/primitives.ts';
import type { ProblemCode, ProblemParams } from '#contract/problem.ts';
import { admitPerson, callerHolds, type Caller, type Gatekeeper } from '../http/bind-endpoint.ts';
import { problemOf, replyOf, statusOf } from '../http/problem-reply.ts';
import { isProblem, Problem } from '../lib/problem.ts';
import type { UploadDesk } from './upload-desk.ts';
import { checkUploadName } from './upload-name-rules.ts';

const MOUNT_PATH = '/api/tus';
const METHODS = ['OPTIONS', 'POST', 'HEAD', 'PATCH', 'DELETE'];
const ROLES: readonly Role[] = ['author', 'duty-officer'];
const Metadata = z.object({ areaId: Id, filename: z.string().nullable() });
/** What the protocol's own refusals are called here; any other is a request that breaks the protocol. */
const CODE_OF_STATUS: Record<number, ProblemCode> = {
  404: 'upload-unknown',
  409: 'conflict',
  410: 'upload-unknown',
  413: 'upload-too-large',
};

export interface UploadMountDeps {
  gatekeeper: Pick<Gatekeeper, 'findSession' | 'listAncestry'>;
  desk: UploadDesk;
}

interface Exchange {
  caller: Caller;
  failure?: unknown;
}

export function uploadMount(deps: UploadMountDeps): { path: string; handle: RequestHandler } {
  const exchanges = new WeakMap<Request, Exchange>();
  const tus = createTusServer(deps, exchanges);
  return {
    path: MOUNT_PATH,
    handle: async (request, response) => {
      if (!METHODS.includes(request.method)) throw new Problem('route-unknown', { method: request.method, path: MOUNT_PATH });
      const caller = await admitPerson(deps.gatekeeper as Gatekeeper, request);
      await admitUpload(deps, caller, request);
      const exchange: Exchange = { caller };
      const asked = toWebRequest(request);
      exchanges.set(asked, exchange);
      const reply = await tus.handleWeb(asked);
      send(request, response, reply, await refusalOf(reply, exchange, deps.desk.limits.uploadBytesMax));
    },
  };
}

/** Asked at every request of the protocol: the account and the branch may have changed since the upload was begun. */
async function admitUpload(deps: UploadMountDeps, caller: Caller, request: HttpRequest): Promise<void> {
  if (!caller.grants.some((grant) => ROLES.includes(grant.role))) throw new Problem('role-missing', { roles: [...ROLES] });
  if (request.get('upload-defer-length') !== undefined) {
    throw new Problem('request-invalid', { faults: ['upload-defer-length: the length must be named at the start'] });
  }
  if (request.method === 'OPTIONS' || request.method === 'POST') return;
  const uploadId = /^\/([0-9a-f-]{36})\/?$/.exec(request.path)?.[1];
  const upload = uploadId === undefined ? undefined : await deps.desk.find(uploadId);
  if (!upload) throw new Problem('upload-unknown');
  if (upload.accountId !== caller.accountId) throw new Problem('upload-of-another-account');
  await checkBranch(deps, caller, upload.areaId);
}

async function checkBranch(deps: UploadMountDeps, caller: Caller, areaId: string): Promise<void> {
  const ancestry = await deps.gatekeeper.listAncestry(areaId);
  if (ancestry.length === 0) throw new Problem('not-found', { areaId });
  if (!callerHolds(caller, ROLES, ancestry)) throw new Problem('outside-branch');
}

function createTusServer(deps: UploadMountDeps, exchanges: WeakMap<Request, Exchange>): TusServer {
  const { desk } = deps;
  return new TusServer({
    path: MOUNT_PATH,
    datastore: desk.files,
    maxSize: desk.limits.uploadBytesMax,
    relativeLocation: true,
    // The console is served from this origin; no other is let in.
    allowedOrigins: [],
    disableTerminationForFinishedUploads: true,
    namingFunction: () => randomUUID(),
    onUploadCreate: async (request, upload) => {
      const caller = exchanges.get(request)?.caller;
      if (!caller) throw new Problem('not-signed-in');
      const metadata = Metadata.safeParse(upload.metadata ?? {});
      if (!metadata.success) {
        throw new Problem('request-invalid', {
          faults: metadata.error.issues.map((each) => `${each.path.join('.')}: ${each.message}`),
        });
      }
      const { areaId, filename } = metadata.data;
      await checkBranch(deps, caller, areaId);
      const fileName = checkUploadName(filename ?? '');
      await desk.begin({ uploadId: upload.id, accountId: caller.accountId, areaId, fileName, bytes: upload.size ?? 0 });
      return {};
    },
    onUploadFinish: async (_request, upload) => {
      await desk.inspect(upload.id);
      const found = await desk.find(upload.id);
      if (found?.problem) throw new Problem(found.problem.code, found.problem.params);
      return {};
    },
    onResponseError: (request, error) => {
      const exchange = exchanges.get(request);
      if (exchange) exchange.failure = error;
      return undefined;
    },
  });
}

function toWebRequest(request: HttpRequest): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers))
    headers.set(name, Array.isArray(value) ? value.join(', ') : (value ?? ''));
  const hasBody = request.method === 'PATCH' || request.method === 'POST';
  return new Request(new URL(request.originalUrl, 'http://server.invalid'), {
    method: request.method,
    headers,
    ...(hasBody ? { body: Readable.toWeb(request), duplex: 'half' } : {}),
  } as RequestInit);
}

interface Refusal {
  status: number;
  problem: Problem;
}

async function refusalOf(reply: Response, exchange: Exchange, uploadBytesMax: number): Promise<Refusal | undefined> {
  if (reply.status < 400) return undefined;
  const { failure } = exchange;
  const isProtocols = failure === undefined || typeof (failure as { status_code?: unknown }).status_code === 'number';
  if (isProblem(failure) || !isProtocols) {
    const problem = problemOf(failure);
    return { status: statusOf(problem.code), problem };
  }
  const code = CODE_OF_STATUS[reply.status] ?? (reply.status === 500 ? 'internal-error' : 'request-invalid');
  const params: ProblemParams =
    code === 'upload-too-large' ? { maxBytes: uploadBytesMax } : { faults: [(await reply.text()).trim()] };
  return { status: reply.status, problem: new Problem(code, params, { cause: failure }) };
}

function send(request: HttpRequest, response: HttpResponse, reply: Response, refusal: Refusal | undefined): void {
  for (const [name, value] of reply.headers) {
    if (!['content-length', 'content-type', 'access-control-allow-origin'].includes(name)) response.setHeader(name, value);
  }
  if (!refusal) {
    response.status(reply.status).end();
    return;
  }
  if (refusal.problem.code === 'internal-error') request.log.error({ err: refusal.problem.cause }, 'upload failed');
  response.status(refusal.status).json(replyOf(refusal.problem, response.locals['requestId'] as string | undefined));
  // What is still on its way is read and dropped: a browser takes notice of the refusal only after it has sent all.
  request.removeAllListeners('data');
  request.resume();
}

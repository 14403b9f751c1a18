import type { Express, Request, Response } from 'express';
import type { z } from 'zod';
import type { Role, RoleGrant } from '#contract/account.ts';
import { type BranchKey, type Endpoint, endpoints, type EndpointName } from '#contract/endpoints.ts';
import { Problem } from '../lib/problem.ts';

/** The person behind a request. */
export interface Caller {
  accountId: string;
  grants: RoleGrant[];
}

/** What binding asks of the support folders; `app.ts` wires it. */
export interface Gatekeeper {
  findSession(token: string): Promise<{ caller: Caller; csrfToken: string } | undefined>;
  /** The receiver id behind a bearer token, unless revoked. */
  findReceiver(token: string): Promise<string | undefined>;
  /** The area of a thing named in a path, or undefined when there is no such thing. */
  findAreaOf(branch: Exclude<BranchKey, 'body.areaId' | 'query.areaId' | 'any'>, id: string): Promise<string | undefined>;
  /** The area itself first, then its ancestors as they are now; empty when unknown. */
  listAncestry(areaId: string): Promise<string[]>;
}

type Parsed<E, K extends string> = E extends Record<K, infer S extends z.ZodType> ? z.output<S> : undefined;
type Reply<E> = E extends { reply: infer S extends z.ZodType } ? z.input<S> : void;
type Table = typeof endpoints;

export interface Input<N extends EndpointName> {
  params: Parsed<Table[N], 'params'>;
  query: Parsed<Table[N], 'query'>;
  body: Parsed<Table[N], 'body'>;
  /** Set for `session` and `role`; for `public` and `receiver` it is undefined. */
  caller: Table[N]['access'] extends { kind: 'public' | 'receiver' } ? undefined : Caller;
  receiverId: Table[N]['access'] extends { kind: 'receiver' } ? string : undefined;
  request: Request;
  response: Response;
}

export interface Route {
  name: EndpointName;
  handle(input: unknown): Promise<unknown>;
}

/** A handler for one row of the table. Where the row has no `reply`, the handler answers on `response` itself, or 204 is sent. */
export function route<N extends EndpointName>(name: N, handle: (input: Input<N>) => Promise<Reply<Table[N]>>): Route {
  return { name, handle: handle as (input: unknown) => Promise<unknown> };
}

/** Binds all rows of the table. @throws when a row has no handler or two. */
export function bindRoutes(app: Express, gatekeeper: Gatekeeper, routes: readonly Route[]): void {
  const unbound = new Set(Object.keys(endpoints));
  for (const { name } of routes) {
    if (!unbound.delete(name)) throw new Error(`the endpoint ${name} has two handlers`);
  }
  if (unbound.size > 0) throw new Error(`endpoints without a handler: ${[...unbound].join(', ')}`);
  for (const { name, handle } of routes) {
    const endpoint: Endpoint = endpoints[name];
    const method = endpoint.method.toLowerCase() as 'get' | 'post' | 'put' | 'patch' | 'delete';
    app[method](endpoint.path, async (request, response) => {
      const who = await admit(endpoint, gatekeeper, request);
      const input = { ...parse(endpoint, request), ...who, request, response };
      await checkBranch(endpoint, gatekeeper, input);
      const result = await handle(input);
      if (endpoint.reply) response.json(endpoint.reply.parse(result));
      else if (!response.headersSent) response.status(204).end();
    });
  }
}

/** Whether one of the roles holds in an area; `ancestry` is that area and all above it. */
export function callerHolds(caller: Caller, roles: readonly Role[], ancestry: readonly string[]): boolean {
  return caller.grants.some((grant) => roles.includes(grant.role) && ancestry.includes(grant.areaId));
}

export function sessionTokenOf(request: { headers: { cookie?: string | undefined } }): string | undefined {
  return /(?:^|;\s*)tt_session=([A-Za-z0-9_-]{20,100})/.exec(request.headers.cookie ?? '')?.[1];
}

/** The signed-in person, with the CSRF token checked for everything but reads. Also used by the upload endpoint. */
export async function admitPerson(gatekeeper: Gatekeeper, request: Request): Promise<Caller> {
  const token = sessionTokenOf(request);
  const session = token === undefined ? undefined : await gatekeeper.findSession(token);
  if (!session) throw new Problem('not-signed-in');
  const isRead = ['GET', 'HEAD', 'OPTIONS'].includes(request.method);
  if (!isRead && request.get('x-csrf-token') !== session.csrfToken) throw new Problem('csrf-token-wrong');
  return session.caller;
}

async function admit(
  endpoint: Endpoint,
  gatekeeper: Gatekeeper,
  request: Request,
): Promise<{ caller?: Caller; receiverId?: string }> {
  const { access } = endpoint;
  if (access.kind === 'public') return {};
  if (access.kind === 'receiver') {
    const token = /^Bearer ([A-Za-z0-9_-]{20,100})$/.exec(request.get('authorization') ?? '')?.[1];
    const receiverId = token === undefined ? undefined : await gatekeeper.findReceiver(token);
    if (receiverId === undefined) throw new Problem('not-signed-in');
    return { receiverId };
  }
  const caller = await admitPerson(gatekeeper, request);
  if (access.kind === 'role' && !caller.grants.some((grant) => access.roles.includes(grant.role))) {
    throw new Problem('role-missing', { roles: [...access.roles] });
  }
  return { caller };
}

async function checkBranch(
  endpoint: Endpoint,
  gatekeeper: Gatekeeper,
  input: { caller?: Caller; params: unknown; query: unknown; body: unknown },
): Promise<void> {
  const { access } = endpoint;
  if (access.kind !== 'role' || access.branch === 'any' || !input.caller) return;
  const areaId = await findBranch(access.branch, gatekeeper, input);
  const ancestry = areaId === undefined ? [] : await gatekeeper.listAncestry(areaId);
  if (ancestry.length === 0) throw new Problem('not-found');
  if (!callerHolds(input.caller, access.roles, ancestry)) throw new Problem('outside-branch');
}

async function findBranch(
  branch: Exclude<BranchKey, 'any'>,
  gatekeeper: Gatekeeper,
  input: { params: unknown; query: unknown; body: unknown },
): Promise<string | undefined> {
  if (branch === 'body.areaId') return (input.body as { areaId: string }).areaId;
  if (branch === 'query.areaId') return (input.query as { areaId: string }).areaId;
  return gatekeeper.findAreaOf(branch, (input.params as Record<string, string>)[`${branch}Id`] ?? '');
}

function parse(endpoint: Endpoint, request: Request): { params: unknown; query: unknown; body: unknown } {
  return {
    params: parsePart('params', endpoint.params, request.params),
    query: parsePart('query', endpoint.query, request.query),
    body: parsePart('body', endpoint.body, (request.body as unknown) ?? {}),
  };
}

function parsePart(part: string, schema: z.ZodType | undefined, value: unknown): unknown {
  if (!schema) return undefined;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.slice(0, 20).map((issue) => `${[part, ...issue.path].join('.')}: ${issue.message}`);
  throw new Problem('request-invalid', { faults });
}

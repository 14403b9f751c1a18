import type { z } from 'zod';
import { type Endpoint, endpoints, type EndpointName } from '#contract/endpoints.ts';
import { ProblemReply } from '#contract/problem.ts';
import { ProblemError, UnreachableError } from './problem-error.ts';

type Table = typeof endpoints;
type Sent<E, K extends string> = E extends Record<K, infer S extends z.ZodType> ? z.input<S> : undefined;
export interface ApiRequest<N extends EndpointName> {
  params?: Sent<Table[N], 'params'>;
  query?: Sent<Table[N], 'query'>;
  body?: Sent<Table[N], 'body'>;
}
export type ApiReply<N extends EndpointName> = Table[N] extends { reply: infer S extends z.ZodType } ? z.output<S> : undefined;

let csrfToken = '';

/** In memory alone: a page that was loaded anew reads its session first. */
export function rememberCsrfToken(token: string): void {
  csrfToken = token;
}

/** What requests outside `callApi` (resumable upload) must carry as well. */
export function csrfHeaders(): Record<string, string> {
  return csrfToken === '' ? {} : { 'x-csrf-token': csrfToken };
}

/**
 * Calls an endpoint by its name in the contract; the cookie travels by itself.
 * @throws ProblemError when the server refuses, UnreachableError when it can't be reached.
 */
export async function callApi<N extends EndpointName>(
  name: N,
  request: ApiRequest<N> = {},
  signal?: AbortSignal,
): Promise<ApiReply<N>> {
  const endpoint: Endpoint = endpoints[name];
  const response = await send(endpoint, apiAddress(name, request), request.body, signal);
  if (!response.ok) throw await refusalOf(response);
  if (!endpoint.reply) return undefined as ApiReply<N>;
  return endpoint.reply.parse(await response.json()) as ApiReply<N>;
}

/** Address of an endpoint, for what the browser fetches by itself: audio, downloads, the feed. */
export function apiAddress<N extends EndpointName>(name: N, request: Pick<ApiRequest<N>, 'params' | 'query'> = {}): string {
  const params = (request.params ?? {}) as Record<string, string>;
  const path = endpoints[name].path.replace(/:(\w+)/g, (_, key: string) => encodeURIComponent(params[key] ?? ''));
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries((request.query ?? {}) as Record<string, unknown>))
    if (value !== undefined) search.set(key, String(value));
  return search.size > 0 ? `${path}?${search.toString()}` : path;
}

/** A reply that is no JSON: a file, read as it comes. */
export async function openFile<N extends EndpointName>(
  name: N,
  request: ApiRequest<N>,
  signal?: AbortSignal,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const response = await send(endpoints[name], apiAddress(name, request), undefined, signal);
  if (!response.ok) throw await refusalOf(response);
  if (!response.body) throw new UnreachableError();
  return response.body;
}

async function send(endpoint: Endpoint, address: string, body: unknown, signal: AbortSignal | undefined): Promise<Response> {
  const headers = {
    accept: 'application/json',
    ...csrfHeaders(),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  try {
    return await fetch(address, {
      method: endpoint.method,
      headers,
      credentials: 'same-origin',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new UnreachableError({ cause: error });
  }
}

async function refusalOf(response: Response): Promise<Error> {
  const parsed = ProblemReply.safeParse(await response.json().catch(() => undefined));
  if (parsed.success) return new ProblemError(response.status, parsed.data);
  // Not ours: a proxy in between that lost the server.
  return new UnreachableError({ cause: new Error(`reply ${response.status} without a problem`) });
}

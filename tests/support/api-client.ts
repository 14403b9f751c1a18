import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import * as tus from 'tus-js-client';
import type { z } from 'zod';
import { type Endpoint, endpoints, type EndpointName } from '#contract/endpoints.ts';
import { ProblemReply } from '#contract/problem.ts';

type Table = typeof endpoints;
type Sent<E, K extends string> = E extends Record<K, infer S extends z.ZodType> ? z.input<S> : never;
interface Request<N extends EndpointName> {
  params?: Sent<Table[N], 'params'>;
  query?: Sent<Table[N], 'query'>;
  body?: Sent<Table[N], 'body'>;
}
type Reply<E> = E extends { reply: infer S extends z.ZodType } ? z.output<S> : undefined;

/** A refusal as the server sent it. */
export class RefusedError extends Error {
  readonly status: number;
  readonly problem: ProblemReply;

  constructor(endpoint: string, status: number, problem: ProblemReply) {
    super(`${endpoint}: ${status} ${problem.code} ${JSON.stringify(problem.params)}`);
    this.name = 'RefusedError';
    this.status = status;
    this.problem = problem;
  }
}

/** A person at the HTTP interface: what the console will be. */
export class ApiClient {
  readonly url: string;
  #cookie = '';
  #csrfToken = '';

  constructor(url: string) {
    this.url = url;
  }

  static async signIn(url: string, username: string, password: string): Promise<ApiClient> {
    const client = new ApiClient(url);
    const session = await client.call('signIn', { body: { username, password } });
    client.#csrfToken = session.csrfToken;
    return client;
  }

  get headers(): Record<string, string> {
    return { cookie: this.#cookie, 'x-csrf-token': this.#csrfToken };
  }

  /** @throws RefusedError with the server's problem. */
  async call<N extends EndpointName>(name: N, request: Request<N> = {}): Promise<Reply<Table[N]>> {
    const endpoint: Endpoint = endpoints[name];
    const response = await this.fetch(endpoint, request);
    if (!response.ok) throw new RefusedError(name, response.status, ProblemReply.parse(await response.json()));
    if (!endpoint.reply) {
      await response.arrayBuffer();
      return undefined as Reply<Table[N]>;
    }
    return endpoint.reply.parse(await response.json()) as Reply<Table[N]>;
  }

  async fetch(endpoint: Endpoint, request: { params?: unknown; query?: unknown; body?: unknown } = {}): Promise<Response> {
    const params = (request.params ?? {}) as Record<string, string>;
    const path = endpoint.path.replace(/:(\w+)/g, (_, key: string) => encodeURIComponent(params[key] ?? ''));
    const query = Object.entries((request.query ?? {}) as Record<string, unknown>).map(([key, value]) => [key, String(value)]);
    const search = query.length > 0 ? `?${new URLSearchParams(query as [string, string][]).toString()}` : '';
    const response = await fetch(`${this.url}${path}${search}`, {
      method: endpoint.method,
      headers: { ...this.headers, ...(request.body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    });
    const cookie = response.headers.getSetCookie().find((line) => line.startsWith('tt_session='));
    if (cookie !== undefined) this.#cookie = cookie.split(';')[0] ?? '';
    return response;
  }

  /** Resumable upload of a recording; resolves with the upload's id. */
  async upload(file: string, areaId: string): Promise<string> {
    const { size } = await stat(file);
    return new Promise((resolve, reject) => {
      const upload = new tus.Upload(createReadStream(file), {
        endpoint: `${this.url}/api/tus`,
        uploadSize: size,
        chunkSize: 1024 * 1024,
        retryDelays: [0, 500, 1_000],
        headers: this.headers,
        metadata: { filename: basename(file), areaId },
        onError: reject,
        onSuccess: () => resolve(upload.url?.split('/').at(-1) ?? ''),
      });
      upload.start();
    });
  }
}

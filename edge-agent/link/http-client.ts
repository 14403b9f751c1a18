import type { z } from 'zod';
import { ProblemReply } from '#contract/problem.ts';
import type { ProblemCode } from '#contract/problem.ts';

/** The server answered, and said no. */
export class ServerRefusal extends Error {
  readonly status: number;
  readonly code: ProblemCode | undefined;

  constructor(status: number, code: ProblemCode | undefined) {
    super(`the server refused with ${status}${code ? ` ${code}` : ''}`);
    this.name = 'ServerRefusal';
    this.status = status;
    this.code = code;
  }
}

export interface HttpParts {
  address: string;
  fetch: typeof fetch;
  requestMaxMs: number;
  replyBytesMax: number;
}

export interface HttpRequest {
  method: 'GET' | 'POST';
  path: string;
  headers?: Record<string, string>;
  body?: unknown;
  signal?: AbortSignal | undefined;
}

export class HttpClient {
  readonly #parts: HttpParts;

  constructor(parts: HttpParts) {
    this.#parts = parts;
  }

  /** The time limit covers the head of the reply; bodies that stream are watched by their reader. */
  async send(request: HttpRequest): Promise<Response> {
    const { address, requestMaxMs } = this.#parts;
    const limit = AbortSignal.timeout(requestMaxMs);
    const signal = request.signal ? AbortSignal.any([request.signal, limit]) : limit;
    const reply = await this.#parts.fetch(address.replace(/\/$/, '') + request.path, {
      method: request.method,
      headers: { ...(request.body === undefined ? {} : { 'content-type': 'application/json' }), ...request.headers },
      signal,
      redirect: 'error',
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    });
    if (reply.ok || reply.status === 304) return reply;
    throw new ServerRefusal(reply.status, await this.#codeOf(reply));
  }

  /** For bodies that take long: the limit ends with the head, what follows is broken off by `signal` alone. */
  async open(request: HttpRequest): Promise<Response> {
    const { address, requestMaxMs } = this.#parts;
    const head = new AbortController();
    const timer = setTimeout(() => head.abort(new Error(`no answer in ${requestMaxMs} ms`)), requestMaxMs);
    try {
      const reply = await this.#parts.fetch(address.replace(/\/$/, '') + request.path, {
        method: request.method,
        headers: request.headers ?? {},
        signal: request.signal ? AbortSignal.any([request.signal, head.signal]) : head.signal,
        redirect: 'error',
      });
      if (reply.ok) return reply;
      throw new ServerRefusal(reply.status, await this.#codeOf(reply));
    } finally {
      clearTimeout(timer);
    }
  }

  async sendFor<T extends z.ZodType>(request: HttpRequest, schema: T): Promise<z.infer<T>> {
    return schema.parse(JSON.parse(await this.readBody(await this.send(request))));
  }

  /** @throws when it is longer than any reply of ours. */
  async readBody(reply: Response): Promise<string> {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of reply.body ?? []) {
      bytes += chunk.byteLength;
      if (bytes > this.#parts.replyBytesMax)
        throw new Error(`a reply longer than ${this.#parts.replyBytesMax} bytes is not ours`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  }

  async #codeOf(reply: Response): Promise<ProblemCode | undefined> {
    try {
      return ProblemReply.parse(JSON.parse(await this.readBody(reply))).code;
    } catch {
      return undefined; // a proxy on the way speaks another language: the status is all we know
    }
  }
}

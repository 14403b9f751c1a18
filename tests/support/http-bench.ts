import { pino } from 'pino';
import { endpoints, type EndpointName } from '#contract/endpoints.ts';
import { type Gatekeeper, type Route } from '../../server/http/bind-endpoint.ts';
import { closeServer, createHttpServer, listen } from '../../server/http/http-server.ts';
import { Problem } from '../../server/lib/problem.ts';

interface Reply {
  status: number;
  headers: Headers;
  /** Parsed JSON; undefined when there is no body. */
  body: unknown;
}

/** Some routes on the real HTTP server; the endpoints that nobody gave answer `not-found` to those admitted. */
export class HttpBench implements AsyncDisposable {
  readonly url: string;
  readonly #close: () => Promise<void>;

  private constructor(url: string, close: () => Promise<void>) {
    this.url = url;
    this.#close = close;
  }

  static async open(routes: readonly Route[], gatekeeper: Partial<Gatekeeper>): Promise<HttpBench> {
    const given = new Set(routes.map((route) => route.name));
    const others = (Object.keys(endpoints) as EndpointName[]).filter((name) => !given.has(name));
    const standIns = others.map((name) => ({ name, handle: () => Promise.reject(new Problem('not-found')) }));
    const nobody = () => Promise.resolve(undefined);
    const server = createHttpServer({
      logger: pino({ level: 'silent' }),
      gatekeeper: {
        findSession: nobody,
        findReceiver: nobody,
        findAreaOf: nobody,
        listAncestry: () => Promise.resolve([]),
        ...gatekeeper,
      },
      routes: [...routes, ...standIns],
      mounts: [],
      requestsPerMinute: 100_000,
    });
    const port = await listen(server, 0, '127.0.0.1');
    return new HttpBench(`http://127.0.0.1:${port}`, () => closeServer(server));
  }

  async request(method: string, path: string, parts: { body?: unknown; headers?: Record<string, string> } = {}): Promise<Reply> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { ...(parts.body === undefined ? {} : { 'content-type': 'application/json' }), ...parts.headers },
      ...(parts.body === undefined ? {} : { body: JSON.stringify(parts.body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close();
  }
}

/** A browser's part: keeps the cookie, sends the CSRF token. */
export class Visitor {
  readonly #bench: HttpBench;
  cookie = '';
  csrfToken = '';

  constructor(bench: HttpBench) {
    this.#bench = bench;
  }

  async signIn(username: string, password: string): Promise<Reply> {
    const reply = await this.#bench.request('POST', '/api/session', { body: { username, password } });
    this.cookie = reply.headers.get('set-cookie')?.split(';')[0] ?? '';
    this.csrfToken = (reply.body as { csrfToken?: string }).csrfToken ?? '';
    return reply;
  }

  request(method: string, path: string, body?: unknown): Promise<Reply> {
    return this.#bench.request(method, path, { body, headers: { cookie: this.cookie, 'x-csrf-token': this.csrfToken } });
  }
}

import { Enrolled, LoggedIn, Nonce } from '#contract/enrolment.ts';
import type { EnrolRequest, LoginRequest } from '#contract/enrolment.ts';
import { SignedKeySet, SignedServerTime } from '#contract/key-set.ts';
import { SignedProgramme } from '#contract/order.ts';
import { canonicalBytes } from '#signing/canonical-json.ts';
import { signBytes } from '#signing/keys.ts';
import type { SigningKey } from '#signing/keys.ts';
import { HttpClient, ServerRefusal } from './http-client.ts';
import type { HttpParts } from './http-client.ts';

export interface SessionParts extends HttpParts {
  receiverId: string;
  key: SigningKey;
  hardwareId: string;
  mqttUrl: string | undefined;
}

export interface MqttLogin {
  url: string;
  username: string;
  password: string;
}

export type ProgrammeReply = 'unchanged' | { signed: SignedProgramme; etag: string | undefined };

/** All that the agent asks of the server by HTTP. Logs in when it must; every reply is parsed. */
export class ServerSession {
  readonly #parts: SessionParts;
  readonly #http: HttpClient;
  #login: Promise<LoggedIn> | undefined;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.#http = new HttpClient(parts);
  }

  async readKeySet(signal?: AbortSignal): Promise<SignedKeySet> {
    return await this.#http.sendFor({ method: 'GET', path: '/api/agent/key-set', signal }, SignedKeySet);
  }

  async readServerTime(nonce: string, signal?: AbortSignal): Promise<SignedServerTime> {
    return await this.#http.sendFor({ method: 'POST', path: '/api/agent/time', body: { nonce }, signal }, SignedServerTime);
  }

  async readProgramme(etag: string | undefined, signal?: AbortSignal): Promise<ProgrammeReply> {
    return await this.#asReceiver(async (authorization) => {
      const headers = { authorization, ...(etag === undefined ? {} : { 'if-none-match': etag }) };
      const reply = await this.#http.send({ method: 'GET', path: '/api/agent/programme', headers, signal });
      if (reply.status === 304) return 'unchanged';
      const signed = SignedProgramme.parse(JSON.parse(await this.#http.readBody(reply)));
      return { signed, etag: reply.headers.get('etag') ?? undefined };
    });
  }

  /** From `fromByte` on where the server can; `offset` says where its bytes really begin. */
  async openMedia(sha256: string, fromByte: number, signal: AbortSignal) {
    return await this.#asReceiver(async (authorization) => {
      const headers = { authorization, ...(fromByte > 0 ? { range: `bytes=${fromByte}-` } : {}) };
      const reply = await this.#http.open({ method: 'GET', path: `/api/agent/media/${sha256}`, headers, signal });
      return { offset: reply.status === 206 ? fromByte : 0, bytes: reply.body as AsyncIterable<Uint8Array> | null };
    });
  }

  /** A fresh nonce for each connection: the password is good once. */
  async makeMqttLogin(signal?: AbortSignal): Promise<MqttLogin> {
    const { receiverId, mqttUrl } = this.#parts;
    const url = mqttUrl ?? (await this.#loggedIn(signal)).mqttUrl;
    const password = canonicalBytes(await this.#makeLoginRequest(signal)).toString('utf8');
    return { url, username: receiverId, password };
  }

  async #asReceiver<T>(ask: (authorization: string) => Promise<T>): Promise<T> {
    try {
      return await ask(`Bearer ${(await this.#loggedIn()).token}`);
    } catch (error) {
      if (!(error instanceof ServerRefusal) || error.status !== 401) throw error;
      this.#login = undefined;
      return await ask(`Bearer ${(await this.#loggedIn()).token}`);
    }
  }

  /** Many may ask at once; one logs in. Whether the token still holds, the server alone can say: its 401 opens a new login. */
  async #loggedIn(signal?: AbortSignal): Promise<LoggedIn> {
    this.#login ??= this.#logIn(signal);
    try {
      return await this.#login;
    } catch (error) {
      this.#login = undefined;
      throw error;
    }
  }

  async #logIn(signal?: AbortSignal): Promise<LoggedIn> {
    const body = await this.#makeLoginRequest(signal);
    return await this.#http.sendFor({ method: 'POST', path: '/api/agent/login', body, signal }, LoggedIn);
  }

  async #makeLoginRequest(signal?: AbortSignal): Promise<LoginRequest> {
    const { receiverId, hardwareId, key } = this.#parts;
    const request = { method: 'POST', path: '/api/agent/nonce', body: { receiverId }, signal } as const;
    const { nonce } = await this.#http.sendFor(request, Nonce);
    const statement = { type: 'login', receiverId, nonce, hardwareId };
    return { receiverId, nonce, hardwareId, signature: signBytes(key, canonicalBytes(statement)) };
  }
}

export async function askToEnrol(parts: HttpParts, request: EnrolRequest): Promise<Enrolled> {
  const client = new HttpClient(parts);
  return await client.sendFor({ method: 'POST', path: '/api/agent/enrol', body: request }, Enrolled);
}

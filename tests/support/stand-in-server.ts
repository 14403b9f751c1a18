import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer } from 'node:net';
import { randomBytes, randomUUID } from 'node:crypto';
import { Aedes } from 'aedes';
import { topics, UpLink } from '#contract/agent-link.ts';
import type { DownLink } from '#contract/agent-link.ts';
import { EnrolRequest, LoginRequest } from '#contract/enrolment.ts';
import type { Order, Programme, SignedProgramme } from '#contract/order.ts';
import type { Receipt, ReceiptBody } from '#contract/receipt.ts';
import { canonicalBytes } from '#signing/canonical-json.ts';
import { signDocument } from '#signing/documents.ts';
import { formatEnrolmentString } from '#signing/enrolment-string.ts';
import { verifyBytes } from '#signing/keys.ts';
import { Signers, makeProgramme } from './signed-fixtures.ts';

const CODE = 'MADE-FOR-TESTS';

/** The least that an agent can work with: the same wire and real signatures, no database. What it does wrong, tests tell it to. */
export class StandInServer implements AsyncDisposable {
  readonly signers: Signers;
  readonly receiverId = randomUUID();
  readonly areaId = randomUUID();
  readonly media = new Map<string, Buffer>();
  readonly receipts = new Map<number, Receipt>();
  readonly ups: UpLink[] = [];
  readonly mediaRequests: { sha256: string; fromByte: number }[] = [];
  programme: SignedProgramme;
  keySetVersion = 1;
  /** Answers to these paths are 503. */
  readonly broken = new Set<string>();
  isAcknowledging = true;
  /** Breaks the connection after so many bytes of a media file, so often. */
  cutMediaAfter: { bytes: number; times: number } | undefined;
  /** Holds media back until it is let go. */
  mediaGates = new Map<string, Promise<void>>();
  clockOffsetMs = 0;
  publicKey = '';
  /** Topics that the receiver has subscribed to. */
  readonly subscribed = new Set<string>();
  readonly #now: () => number;
  readonly #http: Server;
  readonly #tcp: TcpServer;
  readonly #broker: Aedes;
  readonly #nonces = new Set<string>();
  #port = 0;
  #mqttPort = 0;

  private constructor(broker: Aedes, now: () => number) {
    this.#broker = broker;
    this.#now = now;
    this.signers = new Signers(now());
    this.programme = this.signers.programmeOf(makeProgramme(this.receiverId, this.#now(), { areaIds: [this.areaId] }));
    this.#http = createServer((request, reply) => {
      this.#answer(request, reply).catch((error: unknown) => {
        if (!reply.headersSent) reply.writeHead(500);
        reply.end(String(error));
      });
    });
    this.#tcp = createTcpServer(broker.handle);
    broker.authenticate = (_client, username, password, done) => {
      const isRight = username === this.receiverId && this.#isLoginRight(JSON.parse(String(password)));
      done(isRight ? null : Object.assign(new Error('refused'), { returnCode: 4 }), isRight);
    };
    broker.on('subscribe', (subscriptions) => subscriptions.forEach(({ topic }) => this.subscribed.add(topic)));
    broker.on('unsubscribe', (given) => given.forEach((topic) => this.subscribed.delete(topic)));
    broker.on('publish', (packet, client) => {
      if (client && packet.topic === topics.up(this.receiverId)) this.#takeUp(UpLink.parse(JSON.parse(String(packet.payload))));
    });
  }

  static async open(now: () => number = Date.now): Promise<StandInServer> {
    const server = new StandInServer(await Aedes.createBroker(), now);
    server.#http.listen(0, '127.0.0.1');
    server.#tcp.listen(0, '127.0.0.1');
    await Promise.all([once(server.#http, 'listening'), once(server.#tcp, 'listening')]);
    server.#port = (server.#http.address() as AddressInfo).port;
    server.#mqttPort = (server.#tcp.address() as AddressInfo).port;
    return server;
  }

  get address(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get mqttUrl(): string {
    return `mqtt://127.0.0.1:${this.#mqttPort}`;
  }

  get enrolmentString(): string {
    return formatEnrolmentString({ address: this.address, code: CODE, rootKey: this.signers.root.keyId });
  }

  get bodies(): ReceiptBody[] {
    return [...this.receipts.values()].sort((one, other) => one.head.sequence - other.head.sequence).map(({ body }) => body);
  }

  orders(...orders: Order[]): void {
    this.change({ orders: orders.map((order) => this.forMe(order)) });
  }

  forMe(order: Order): Order {
    return { ...order, scope: { kind: 'receiver', id: this.receiverId } };
  }

  /** The next revision. */
  change(changes: Partial<Programme>): void {
    const before = this.programme.payload;
    const now = new Date(this.#now() + this.clockOffsetMs).toISOString();
    this.programme = this.signers.programmeOf({ ...before, revision: before.revision + 1, issuedAt: now, ...changes });
  }

  async push(down: DownLink | Record<string, unknown>, topic = topics.down(this.receiverId)): Promise<void> {
    const packet = {
      cmd: 'publish',
      topic,
      payload: Buffer.from(JSON.stringify(down)),
      qos: 1,
      retain: false,
      dup: false,
    } as const;
    await new Promise<void>((resolve, reject) => this.#broker.publish(packet, (error) => (error ? reject(error) : resolve())));
  }

  async lookNow(): Promise<void> {
    await this.push({ type: 'look-now', v: 1, epoch: this.programme.payload.epoch, revision: this.programme.payload.revision });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#http.closeAllConnections();
    await new Promise<void>((resolve) => this.#broker.close(() => resolve()));
    await Promise.all([this.#http, this.#tcp].map((server) => new Promise<void>((resolve) => server.close(() => resolve()))));
  }

  #isLoginRight(value: unknown): boolean {
    const { receiverId, nonce, hardwareId, signature } = LoginRequest.parse(value);
    if (!this.#nonces.delete(nonce) || receiverId !== this.receiverId) return false;
    return verifyBytes(this.publicKey, canonicalBytes({ type: 'login', receiverId, nonce, hardwareId }), signature);
  }

  #takeUp(up: UpLink): void {
    this.ups.push(up);
    if (up.type === 'receipts') {
      for (const receipt of up.receipts) {
        const known = this.receipts.get(receipt.head.sequence);
        if (known && known.signature !== receipt.signature)
          throw new Error(`receipt ${receipt.head.sequence} came in two versions`);
        this.receipts.set(receipt.head.sequence, receipt);
      }
      if (this.isAcknowledging) void this.push({ type: 'receipts-acknowledged', v: 1, upTo: this.#contiguous() });
    }
    if (up.type === 'heartbeat') {
      const { epoch, revision } = this.programme.payload;
      const serverTimeAt = new Date().toISOString();
      const receiptsUpTo = this.isAcknowledging ? this.#contiguous() : 0;
      const { keySetVersion } = this;
      void this.push({
        type: 'heartbeat-answer',
        v: 1,
        beat: up.beat,
        epoch,
        revision,
        keySetVersion,
        serverTimeAt,
        receiptsUpTo,
      });
    }
  }

  #contiguous(): number {
    let upTo = 0;
    while (this.receipts.has(upTo + 1)) upTo++;
    return upTo;
  }

  async #answer(request: IncomingMessage, reply: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    const send = (status: number, body: unknown, headers: Record<string, string> = {}) => {
      reply.writeHead(status, { 'content-type': 'application/json', ...headers });
      reply.end(JSON.stringify(body));
    };
    if ([...this.broken].some((start) => path.startsWith(start))) return send(503, { code: 'not-ready' });
    const nowAt = new Date(this.#now() + this.clockOffsetMs).toISOString();
    if (path === '/api/agent/enrol') {
      const { publicKey, code } = EnrolRequest.parse(await readJson(request));
      if (code !== CODE) return send(403, { code: 'enrolment-code-wrong' });
      this.publicKey = publicKey;
      const { receiverId, mqttUrl } = this;
      const { clusterId } = this.programme.payload;
      const keySet = this.signers.keySet(this.keySetVersion);
      return send(200, { receiverId, clusterId, kind: 'loudspeaker', mqttUrl, rootKey: this.signers.root.keyId, keySet });
    }
    if (path === '/api/agent/nonce') {
      const nonce = randomBytes(24).toString('base64url');
      this.#nonces.add(nonce);
      return send(200, { nonce, serverTimeAt: nowAt, expiresAt: nowAt });
    }
    if (path === '/api/agent/login') {
      if (!this.#isLoginRight(await readJson(request))) return send(401, { code: 'receiver-signature-wrong' });
      return send(200, { token: 'token-of-tests', expiresAt: nowAt, mqttUrl: this.mqttUrl });
    }
    if (path === '/api/agent/time') {
      const { nonce } = (await readJson(request)) as { nonce: string };
      const serverTimeAt = new Date(this.#now() + this.clockOffsetMs).toISOString();
      return send(200, signDocument(this.signers.record, { type: 'server-time', v: 1, nonce, serverTimeAt }));
    }
    if (path === '/api/agent/key-set') return send(200, this.signers.keySet(this.keySetVersion));
    if (request.headers.authorization !== 'Bearer token-of-tests') return send(401, { code: 'not-signed-in' });
    if (path === '/api/agent/programme') {
      const etag = `"${this.programme.payload.epoch}-${this.programme.payload.revision}"`;
      if (request.headers['if-none-match'] === etag) return void reply.writeHead(304, { etag }).end();
      return send(200, this.programme, { etag });
    }
    const sha256 = path.replace('/api/agent/media/', '');
    return await this.#sendMedia(sha256, request, reply);
  }

  async #sendMedia(sha256: string, request: IncomingMessage, reply: ServerResponse): Promise<void> {
    const bytes = this.media.get(sha256);
    if (!bytes) return void reply.writeHead(404).end('{"code":"media-unknown"}');
    const fromByte = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    this.mediaRequests.push({ sha256, fromByte });
    const rest = bytes.subarray(fromByte);
    const range = { 'content-range': `bytes ${fromByte}-${bytes.length - 1}/${bytes.length}` };
    reply.writeHead(fromByte > 0 ? 206 : 200, { 'content-length': String(rest.length), ...(fromByte > 0 ? range : {}) });
    const cut = this.cutMediaAfter;
    if (cut && cut.times > 0 && rest.length > cut.bytes) {
      cut.times--;
      reply.write(rest.subarray(0, cut.bytes), () => setTimeout(() => reply.destroy(), 50));
      return;
    }
    const gate = this.mediaGates.get(sha256);
    if (gate) {
      reply.write(rest.subarray(0, 100));
      await gate;
      reply.end(rest.subarray(100));
      return;
    }
    reply.end(rest);
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

import { randomUUID } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import type { IncomingMessage, Server as HttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import type { Duplex } from 'node:stream';
import { callbackify } from 'node:util';
import { Aedes, type AuthenticateError, type Client, type PublishPacket } from 'aedes';
import type { Logger } from 'pino';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { ZodError } from 'zod';
import { type DownLink, topics } from '#contract/agent-link.ts';
import { LoginRequest } from '#contract/enrolment.ts';
import type { Clock } from '../lib/clock.ts';
import { isProblem, Problem } from '../lib/problem.ts';
import { BoundedLog } from './bounded-log.ts';
import { guardStream } from './guarded-stream.ts';
import { judgeTraffic, PAYLOAD_BYTES_MAX } from './judge-traffic.ts';
import { LinkConnection, type UpLinkHandlers } from './link-connection.ts';
import { callerAddress } from './origin-rules.ts';
import { areaOfTopic, mayPublish } from './topic-rules.ts';

export const MQTT_PATH = '/mqtt';
const CONNECT_WITHIN_MS = 10_000;
const KEEPALIVE_SECONDS_MAX = 300;
const CONNECTIONS_MAX = 20_000;
/** A receiver that does not take what it is sent is cut off: it reconnects and finds all in its programme. */
const BACKLOG_BYTES_MAX = 1024 * 1024;

export interface AgentLinkDeps {
  clock: Clock;
  logger: Logger;
  /** Its upgrades at `/mqtt` are ours; it may be listening already or not yet. */
  server: HttpServer;
  config: { host: string; mqttPort?: number | undefined; trustProxy?: number };
  /** Throws a Problem to refuse. */
  checkLogin(request: LoginRequest, address: string | undefined): Promise<void>;
  /** The areas above the receiver's cluster as they are now, its own first; empty when it stands nowhere. */
  listAncestry(receiverId: string): Promise<string[]>;
  handlers: UpLinkHandlers;
}

/**
 * The MQTT broker that receivers dial, embedded: WebSocket on the HTTP port and, if configured, plain TCP.
 *
 * Invariants:
 * - clean sessions, nothing retained: no stale order waits in a queue, and the memory of this part may be lost;
 * - a receiver publishes on its own `up` and hears its own `down` and the emergencies above it: nothing else passes;
 * - one connection a receiver, the newest; packets of one are handled in order, and none waits for another receiver's;
 * - what goes down is written to each socket directly, so one that is stuck holds up nobody else's emergency.
 */
export class AgentLink {
  readonly #deps: AgentLinkDeps;
  readonly #log: BoundedLog;
  readonly #broker: Aedes;
  readonly #webSockets: WebSocketServer;
  readonly #tcp: Server | undefined;
  readonly #streams = new Set<Duplex>();
  readonly #byClient = new WeakMap<Client, LinkConnection>();
  readonly #byReceiver = new Map<string, LinkConnection>();
  /** Logins under way: one that is revoked meanwhile must not slip in. */
  readonly #loggingIn = new Set<{ receiverId: string; isCut: boolean }>();
  readonly #upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => this.#takeUpgrade(request, socket, head);

  private constructor(deps: AgentLinkDeps, broker: Aedes) {
    this.#deps = deps;
    this.#log = new BoundedLog(deps.logger, deps.clock);
    this.#broker = broker;
    this.#webSockets = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      maxPayload: PAYLOAD_BYTES_MAX + 1024,
      handleProtocols: (offered) => (offered.has('mqtt') ? 'mqtt' : false),
    });
    this.#tcp =
      deps.config.mqttPort === undefined
        ? undefined
        : createServer((socket) => this.#serve(socket.setNoDelay(true), socket.remoteAddress));
  }

  static async open(deps: AgentLinkDeps): Promise<AgentLink> {
    const broker = await Aedes.createBroker({
      connectTimeout: CONNECT_WITHIN_MS,
      keepaliveLimit: KEEPALIVE_SECONDS_MAX,
      drainTimeout: 20_000,
      maxTopicLevels: 5,
    });
    const link = new AgentLink(deps, broker);
    link.#guardBroker();
    deps.server.on('upgrade', link.#upgrade);
    await link.#listen();
    return link;
  }

  /** Of plain TCP, when it is configured. */
  get mqttPort(): number | undefined {
    return (this.#tcp?.address() as AddressInfo | null | undefined)?.port;
  }

  isConnected(receiverId: string): boolean {
    return this.#byReceiver.get(receiverId)?.isOpen === true;
  }

  /** To one receiver, if it is there and listens. Whatever matters stands in its programme as well. */
  sendDown(receiverId: string, down: DownLink): Promise<void> {
    const connection = this.#byReceiver.get(receiverId);
    const topic = topics.down(receiverId);
    if (connection?.topics.has(topic)) this.#write(connection, topic, Buffer.from(JSON.stringify(down)));
    return Promise.resolve();
  }

  /** To all that stand in these areas or below and are connected; each gets it once. */
  sendEmergency(areaIds: readonly string[], down: DownLink): Promise<void> {
    const payload = Buffer.from(JSON.stringify(down));
    const wanted = areaIds.map((areaId) => topics.areaEmergency(areaId));
    for (const connection of this.#byReceiver.values()) {
      const topic = wanted.find((one) => connection.topics.has(one));
      if (topic !== undefined) this.#write(connection, topic, payload);
    }
    return Promise.resolve();
  }

  /** At once and without a last word: what it still says is not heard. */
  disconnect(receiverId: string): void {
    for (const login of this.#loggingIn) if (login.receiverId === receiverId) login.isCut = true;
    this.#byReceiver.get(receiverId)?.cut();
    this.#byReceiver.delete(receiverId);
  }

  async close(): Promise<void> {
    this.#deps.server.off('upgrade', this.#upgrade);
    for (const connection of this.#byReceiver.values()) connection.cut();
    const connections = [...this.#byReceiver.values()];
    this.#byReceiver.clear();
    for (const stream of this.#streams) stream.destroy();
    await Promise.all(connections.map((connection) => connection.settle()));
    await new Promise<void>((resolve) => this.#broker.close(() => resolve()));
    this.#webSockets.close();
    const tcp = this.#tcp;
    if (tcp) await new Promise<void>((resolve) => void tcp.close(() => resolve()));
  }

  async #listen(): Promise<void> {
    const tcp = this.#tcp;
    if (!tcp) return;
    await new Promise<void>((resolve, reject) => {
      tcp.once('error', reject);
      tcp.listen(this.#deps.config.mqttPort, this.#deps.config.host, resolve);
    });
    tcp.on('error', (error) => this.#deps.logger.error({ err: error }, 'the MQTT port failed'));
  }

  #takeUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const isOurs = request.url?.split('?')[0] === MQTT_PATH;
    if (!isOurs || this.#streams.size >= CONNECTIONS_MAX) {
      socket.on('error', () => undefined); // the caller may be gone before the refusal
      socket.end(`HTTP/1.1 ${isOurs ? '503 Service Unavailable' : '404 Not Found'}\r\nConnection: close\r\n\r\n`);
      return;
    }
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      const forwardedFor = request.headers['x-forwarded-for'];
      const named = Array.isArray(forwardedFor) ? forwardedFor.join(',') : forwardedFor;
      const address = callerAddress(request.socket.remoteAddress, named, this.#deps.config.trustProxy ?? 0);
      this.#serve(createWebSocketStream(webSocket), address);
    });
  }

  #serve(socket: Duplex, address: string | undefined): void {
    if (this.#streams.size >= CONNECTIONS_MAX) {
      socket.destroy();
      return;
    }
    const connection = new LinkConnection(address, this.#deps.handlers, this.#log);
    const stream = guardStream(
      socket,
      judgeTraffic(this.#deps.clock, () => connection.receiverId !== undefined),
    );
    this.#streams.add(stream);
    stream.once('close', () => this.#streams.delete(stream));
    connection.client = this.#broker.handle(stream);
    this.#byClient.set(connection.client, connection);
  }

  #guardBroker(): void {
    const broker = this.#broker;
    broker.preConnect = (client, packet, done) => {
      // Ids of our own making: a chosen one could push another receiver's connection out. Sessions are clean whatever is asked.
      packet.clientId = randomUUID();
      packet.clean = true;
      const { username = '', will } = packet;
      const connection = this.#byClient.get(client);
      // A wrong will is refused with the login: that way the receiver is told. A right one is kept here, because the broker
      // publishes the wills of living receivers when the clock jumps.
      if (connection) connection.isWillRight = !will || (mayPublish(username, will.topic) && !will.retain);
      if (connection && will) connection.will = will.payload.toString();
      delete packet.will;
      done(null, true);
    };
    // The broker asks with callbacks, we answer with promises.
    broker.authenticate = (client, username, password, done) => {
      const admit = callbackify(() => this.#admit(client, username, password));
      admit((error, isAdmitted) => done(error as AuthenticateError | null, isAdmitted));
    };
    broker.authorizePublish = (client, packet, done) => callbackify(() => this.#take(client, packet))(done);
    broker.authorizeSubscribe = (client, subscription, done) => {
      const judge = callbackify(() => this.#maySubscribe(client, subscription.topic));
      judge((error, isAllowed) => done(error, isAllowed ? subscription : null));
    };
    broker.on('unsubscribe', (unsubscribed, client) => {
      for (const topic of unsubscribed) this.#byClient.get(client)?.topics.delete(topic);
    });
    // Its types leave out the event that would otherwise end the process.
    const emitter: EventEmitter = broker;
    emitter.on('error', (error: Error) => this.#deps.logger.error({ err: error }, 'the broker failed at something'));
    broker.on('clientDisconnect', (client) => this.#forget(client));
    const noteFault = (client: Client, error: Error) => {
      const connection = this.#byClient.get(client);
      this.#log.warn('connection ended by a fault', { receiverId: connection?.receiverId, err: error });
    };
    broker.on('clientError', noteFault);
    broker.on('connectionError', noteFault);
  }

  async #admit(client: Client, username: string | undefined, password: Buffer | undefined): Promise<true> {
    try {
      await this.#logIn(client, username, password);
      return true;
    } catch (error) {
      this.#log.warn('receiver not let in', { receiverId: username, err: error });
      throw Object.assign(new Error('refused', { cause: error }), { returnCode: returnCodeOf(error) });
    }
  }

  async #logIn(client: Client, username: string | undefined, password: Buffer | undefined): Promise<void> {
    const request = LoginRequest.parse(JSON.parse(password?.toString('utf8') ?? ''));
    if (request.receiverId !== username) throw new Problem('receiver-signature-wrong');
    const connection = this.#byClient.get(client);
    if (!connection) throw new Error('a client without a connection');
    if (!connection.isWillRight) throw new Problem('request-invalid', { faults: ['the will is not on its own topic'] });
    const login = { receiverId: username, isCut: false };
    this.#loggingIn.add(login);
    try {
      await this.#deps.checkLogin(request, connection.address);
    } finally {
      this.#loggingIn.delete(login);
    }
    if (login.isCut || client.closed) throw new Error('cut off while logging in');
    connection.receiverId = username;
    this.#byReceiver.get(username)?.cut();
    this.#byReceiver.set(username, connection);
  }

  /** The answer waits for the handler, so a receiver sends no faster than it is understood. */
  async #take(client: Client | null, packet: PublishPacket): Promise<void> {
    const connection = client ? this.#byClient.get(client) : undefined;
    const receiverId = connection?.receiverId;
    if (!connection || receiverId === undefined || connection.isCut) throw new Error('not heard any more');
    if (!mayPublish(receiverId, packet.topic)) throw new Error('a topic that is not its own');
    if (packet.retain) throw new Error('nothing is retained');
    if (packet.payload.length > PAYLOAD_BYTES_MAX) throw new Error('a payload longer than allowed');
    for (const down of await connection.take(packet.payload.toString())) await this.sendDown(receiverId, down);
  }

  async #maySubscribe(client: Client, topic: string): Promise<boolean> {
    const connection = this.#byClient.get(client);
    const receiverId = connection?.receiverId;
    if (!connection || receiverId === undefined || connection.isCut) return false;
    const areaId = areaOfTopic(topic);
    const isAllowed =
      areaId === undefined ? topic === topics.down(receiverId) : (await this.#deps.listAncestry(receiverId)).includes(areaId);
    if (isAllowed) connection.topics.add(topic);
    else this.#log.warn('subscription refused', { receiverId });
    return isAllowed;
  }

  #write(connection: LinkConnection, topic: string, payload: Buffer): void {
    const client = connection.client;
    if (!client || !connection.isOpen) return;
    if (client.conn.writableLength > BACKLOG_BYTES_MAX) {
      this.#log.warn('receiver does not take what it is sent', { receiverId: connection.receiverId });
      client.conn.destroy(new Error('backlog'));
      return;
    }
    client.publish({ cmd: 'publish', topic, payload, qos: 0, retain: false, dup: false }, (error) => {
      if (error) this.#log.warn('could not be sent', { receiverId: connection.receiverId, err: error });
    });
  }

  #forget(client: Client): void {
    const connection = this.#byClient.get(client);
    const receiverId = connection?.receiverId;
    if (!connection || receiverId === undefined || this.#byReceiver.get(receiverId) !== connection) return;
    this.#byReceiver.delete(receiverId);
    connection.end();
  }
}

/** The return codes of MQTT 3.1.1: 3 server unavailable (try again), 4 wrong password, 5 not authorised. */
function returnCodeOf(error: unknown): 3 | 4 | 5 {
  if (isProblem(error, 'receiver-revoked')) return 5;
  if (isProblem(error, 'too-many-requests')) return 3;
  return isProblem(error) || error instanceof SyntaxError || error instanceof ZodError ? 4 : 3;
}

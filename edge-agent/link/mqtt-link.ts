import mqtt from 'mqtt';
import type { MqttClient } from 'mqtt';
import { AnyLink, DownLink, topics } from '#contract/agent-link.ts';
import type { UpLink } from '#contract/agent-link.ts';
import { makeAbort } from '../clock/time-source.ts';
import type { TimeSource } from '../clock/time-source.ts';
import { wordsOf } from '../log.ts';
import type { Log } from '../log.ts';
import { backOffMs } from './back-off-rules.ts';
import type { PushHandlers, PushLink } from './push-link.ts';
import type { MqttLogin } from './server-session.ts';

export interface MqttLinkParts {
  receiverId: string;
  makeLogin: (signal: AbortSignal) => Promise<MqttLogin>;
  handlers: PushHandlers;
  time: TimeSource;
  backOff: { minMs: number; maxMs: number };
  requestMaxMs: number;
  log: Log;
}

const KEEPALIVE_SECONDS = 30;
/** A connection that held this long was a good one: the next pause is short again. */
const GOOD_AFTER_MS = 30_000;
const DOWN_BYTES_MAX = 262_144;

/** MQTT 3.1.1 with clean sessions. We connect anew ourselves, since each password is good for one connection. */
export class MqttLink implements PushLink {
  readonly #parts: MqttLinkParts;
  readonly #abort = makeAbort();
  #client: MqttClient | undefined;
  #areas = new Set<string>();
  #subscribed = new Set<string>();
  #loop: Promise<void> | undefined;

  constructor(parts: MqttLinkParts) {
    this.#parts = parts;
  }

  get isConnected(): boolean {
    return this.#client?.connected === true;
  }

  open(): void {
    this.#loop = this.#run();
  }

  async close(): Promise<void> {
    const client = this.#client;
    if (client?.connected) {
      await this.publish({ type: 'presence', v: 1, state: 'offline', reason: 'agent-closed' });
      await Promise.race([client.endAsync().catch(() => undefined), this.#parts.time.sleep(1_000)]);
    }
    this.#abort.abort();
    this.#client?.end(true);
    await this.#loop;
  }

  async publish(up: UpLink): Promise<boolean> {
    const { receiverId, requestMaxMs, log } = this.#parts;
    const client = this.#client;
    if (!client?.connected) return false;
    const published = client
      .publishAsync(topics.up(receiverId), JSON.stringify(up), { qos: 1 })
      .then((): boolean => true)
      .catch((error: unknown) => {
        log('not-published', { type: up.type, error: wordsOf(error) });
        return false;
      });
    const limit = makeAbort();
    const late = this.#parts.time.sleep(requestMaxMs, limit.signal).then(() => false);
    return await Promise.race([published, late]).finally(() => limit.abort());
  }

  setAreas(areaIds: readonly string[]): void {
    this.#areas = new Set(areaIds.map((areaId) => topics.areaEmergency(areaId)));
    if (this.#client?.connected) void this.#subscribe(this.#client);
  }

  async #run(): Promise<void> {
    const { time, backOff, log } = this.#parts;
    let failures = 0;
    while (!this.#abort.signal.aborted) {
      const beganMs = time.steadyMs();
      let words = 'closed';
      try {
        await this.#connectUntilClosed();
      } catch (error) {
        words = wordsOf(error);
      }
      if (this.#abort.signal.aborted) return;
      failures = time.steadyMs() - beganMs > GOOD_AFTER_MS ? 1 : failures + 1;
      const pauseMs = backOffMs(failures, backOff, Math.random());
      log('link-down', { why: words, pauseMs });
      await time.sleep(pauseMs, this.#abort.signal);
    }
  }

  /** Resolves when an open connection has closed; rejects when none came about. */
  async #connectUntilClosed(): Promise<void> {
    const { makeLogin, receiverId, requestMaxMs } = this.#parts;
    const login = await makeLogin(this.#abort.signal);
    const will: UpLink = { type: 'presence', v: 1, state: 'offline', reason: 'link-lost' };
    this.#subscribed = new Set();
    const client = mqtt.connect(login.url, {
      protocolVersion: 4,
      clean: true,
      reconnectPeriod: 0,
      connectTimeout: requestMaxMs,
      keepalive: KEEPALIVE_SECONDS,
      clientId: receiverId,
      username: login.username,
      password: login.password,
      queueQoSZero: false,
      resubscribe: false,
      will: { topic: topics.up(receiverId), payload: Buffer.from(JSON.stringify(will)), qos: 1, retain: false },
    });
    this.#client = client;
    let failure: Error | undefined;
    client.on('error', (error) => (failure = error));
    client.on('message', (_topic, payload) => this.#takeDown(payload));
    client.on('connect', () => {
      void this.#greet(client);
    });
    if (this.#abort.signal.aborted) client.end(true);
    await new Promise<void>((resolve) => client.once('close', () => resolve()));
    client.end(true);
    this.#client = undefined;
    if (failure) throw failure;
  }

  /** Online is said once we can be reached. */
  async #greet(client: MqttClient): Promise<void> {
    if (!(await this.#subscribe(client))) {
      client.end(true);
      return;
    }
    await this.publish({ type: 'presence', v: 1, state: 'online', reason: 'connected' });
    this.#parts.handlers.onConnected();
  }

  /** Leaves areas we stand in no more and joins the new ones. */
  async #subscribe(client: MqttClient): Promise<boolean> {
    const wanted = new Set([topics.down(this.#parts.receiverId), ...this.#areas]);
    const gone = [...this.#subscribed].filter((topic) => !wanted.has(topic));
    const fresh = [...wanted].filter((topic) => !this.#subscribed.has(topic));
    try {
      if (gone.length > 0) await client.unsubscribeAsync(gone);
      const granted = fresh.length > 0 ? await client.subscribeAsync(fresh, { qos: 1 }) : [];
      const denied = granted.filter(({ qos }) => qos > 2).map(({ topic }) => topic);
      if (denied.length > 0) this.#parts.log('subscription-denied', { denied });
      // What was denied is asked for again with the next programme: by then the server may know us in that area.
      this.#subscribed = new Set([...wanted].filter((topic) => !denied.includes(topic)));
      return true;
    } catch (error) {
      this.#parts.log('not-subscribed', { error: wordsOf(error) });
      return false;
    }
  }

  #takeDown(payload: Buffer): void {
    const { handlers, log } = this.#parts;
    try {
      if (payload.byteLength > DOWN_BYTES_MAX) throw new Error(`${payload.byteLength} bytes are more than any of ours`);
      const value: unknown = JSON.parse(payload.toString('utf8'));
      const down = DownLink.safeParse(value);
      if (down.success) return handlers.onDown(down.data);
      log('push-not-understood', { type: AnyLink.safeParse(value).data?.type ?? null, issue: down.error.issues[0]?.message });
    } catch (error) {
      log('push-unreadable', { error: wordsOf(error) });
    }
  }
}

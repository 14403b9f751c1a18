import { randomUUID } from 'node:crypto';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { DownLink, topics, type UpLink, type Vitals } from '#contract/agent-link.ts';
import { Enrolled, type EnrolRequest, LoggedIn, type LoginRequest, Nonce } from '#contract/enrolment.ts';
import { ProblemReply } from '#contract/problem.ts';
import { GENESIS_HASH, type Receipt, type ReceiptBody } from '#contract/receipt.ts';
import { canonicalBytes } from '#signing/canonical-json.ts';
import { parseEnrolmentString } from '#signing/enrolment-string.ts';
import { generateSigningKey, signBytes, type SigningKey } from '#signing/keys.ts';
import { hashOfReceipt, makeReceipt } from '#signing/receipt-chain.ts';
import { waitFor } from './wait-for.ts';

export const STAND_IN_VITALS: Vitals = {
  bootId: 'boot-1',
  agentVersion: '0.0.0-stand-in',
  uptimeMs: 60_000,
  clockTrust: 'synchronised',
  clockOffsetMs: 3,
  clockErrorMs: 10,
  diskFreeBytes: null,
  diskTotalBytes: null,
  memoryFreeBytes: null,
  temperatureMilliCelsius: null,
  player: 'idle',
  playerRestarts: 0,
  volumePercent: 80,
  isMuted: false,
  stockHours: 0,
  linkRoundTripMs: null,
  receiptsWaiting: 0,
  hardwareId: null,
};

/** A refusal as an agent sees it. */
export class AgentRefusedError extends Error {
  readonly code: string;

  constructor(code: string) {
    super(`the server refused: ${code}`);
    this.name = 'AgentRefusedError';
    this.code = code;
  }
}

interface Known {
  url: string;
  key: SigningKey;
  hardwareId: string;
  enrolled: Enrolled;
}

/** The wire side of an edge agent, without sound and without a disk: real keys, real HTTP, real MQTT. */
export class StandInAgent implements AsyncDisposable {
  readonly url: string;
  readonly key: SigningKey;
  readonly enrolled: Enrolled;
  hardwareId: string;
  /** Whatever came down, in order. */
  readonly received: DownLink[] = [];
  client: MqttClient | undefined;
  #sequence = 0;
  #previousHash = GENESIS_HASH;
  #beat = 0;

  constructor(known: Known) {
    this.url = known.url;
    this.key = known.key;
    this.hardwareId = known.hardwareId;
    this.enrolled = known.enrolled;
  }

  static async enrol(
    enrolmentString: string,
    parts: { url?: string; key?: SigningKey; hardwareId?: string } = {},
  ): Promise<StandInAgent> {
    const invitation = parseEnrolmentString(enrolmentString);
    if (!invitation) throw new Error('not an enrolment string');
    const { url = invitation.address, key = generateSigningKey(), hardwareId = `board-${randomUUID()}` } = parts;
    const body = makeEnrolRequest(invitation.code, key, hardwareId);
    const enrolled = Enrolled.parse(await post(url, '/api/agent/enrol', body));
    return new StandInAgent({ url, key, hardwareId, enrolled });
  }

  get receiverId(): string {
    return this.enrolled.receiverId;
  }

  async makeLogin(): Promise<LoginRequest> {
    const { nonce } = Nonce.parse(await post(this.url, '/api/agent/nonce', { receiverId: this.receiverId }));
    return this.signLogin(nonce);
  }

  signLogin(nonce: string): LoginRequest {
    const { receiverId, hardwareId } = this;
    const signature = signBytes(this.key, canonicalBytes({ type: 'login', receiverId, nonce, hardwareId }));
    return { receiverId, nonce, hardwareId, signature };
  }

  /** @returns the bearer token. */
  async logIn(): Promise<string> {
    return LoggedIn.parse(await post(this.url, '/api/agent/login', await this.makeLogin())).token;
  }

  async fetch(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${this.url}${path}`, { headers: { authorization: `Bearer ${await this.logIn()}`, ...headers } });
  }

  /** Connects with a last will and listens to its own `down`, and to the emergencies of these areas. */
  async connect(parts: { areaIds?: readonly string[]; options?: IClientOptions; mqttUrl?: string } = {}): Promise<MqttClient> {
    const up = topics.up(this.receiverId);
    const client = await connectAsync(parts.mqttUrl ?? this.enrolled.mqttUrl, {
      protocolVersion: 4,
      username: this.receiverId,
      password: canonicalBytes(await this.makeLogin()).toString('utf8'),
      keepalive: 60,
      reconnectPeriod: 0,
      connectTimeout: 20_000,
      will: { topic: up, payload: Buffer.from(presence('offline', 'connection-lost')), qos: 1, retain: false },
      ...parts.options,
    });
    client.on('error', () => undefined); // what matters to a test is whether it is connected
    client.on('message', (_topic, payload) => this.received.push(DownLink.parse(JSON.parse(payload.toString('utf8')))));
    this.client = client;
    await client.subscribeAsync([topics.down(this.receiverId), ...(parts.areaIds ?? []).map(topics.areaEmergency)], { qos: 1 });
    return client;
  }

  async send(up: UpLink): Promise<void> {
    await this.publish(JSON.stringify(up));
  }

  async publish(text: string, topic = topics.up(this.receiverId)): Promise<void> {
    await this.client?.publishAsync(topic, text, { qos: 0 });
  }

  async say(state: 'online' | 'offline', reason: string): Promise<void> {
    await this.publish(presence(state, reason));
  }

  /** Sends a heartbeat and waits for its answer. */
  async beat(vitals: Partial<Vitals> = {}, revision = 0): Promise<Extract<DownLink, { type: 'heartbeat-answer' }>> {
    const beat = (this.#beat += 1);
    const all = { ...STAND_IN_VITALS, ...vitals };
    await this.send({ type: 'heartbeat', v: 1, beat, epoch: 1, revision, keySetVersion: 1, vitals: all });
    return this.waitForDown('heartbeat-answer', (down) => down.beat === beat);
  }

  /** Appends facts to its chain. */
  makeReceipts(bodies: readonly ReceiptBody[]): Receipt[] {
    return bodies.map((body) => {
      this.#sequence += 1;
      const place = { receiverId: this.receiverId, sequence: this.#sequence, previousHash: this.#previousHash };
      const receipt = makeReceipt(this.key, place, body);
      this.#previousHash = hashOfReceipt(receipt);
      return receipt;
    });
  }

  async sendReceipts(receipts: Receipt[]): Promise<void> {
    await this.send({ type: 'receipts', v: 1, receipts });
  }

  waitForDown<T extends DownLink['type']>(
    type: T,
    isIt: (down: Extract<DownLink, { type: T }>) => boolean = () => true,
  ): Promise<Extract<DownLink, { type: T }>> {
    return waitFor(`${type} for ${this.receiverId}`, () =>
      this.received.find((down): down is Extract<DownLink, { type: T }> => down.type === type && isIt(down as never)),
    );
  }

  /** Without a farewell, as when the network ate it. */
  breakOff(): void {
    this.client?.stream.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client?.endAsync(true);
  }
}

export function makeEnrolRequest(code: string, key: SigningKey, hardwareId: string): EnrolRequest {
  const publicKey = key.keyId;
  const signature = signBytes(key, canonicalBytes({ type: 'enrol', code, publicKey, hardwareId }));
  return { code, publicKey, hardwareId, agentVersion: '0.0.0-stand-in', signature };
}

function presence(state: 'online' | 'offline', reason: string): string {
  return JSON.stringify({ type: 'presence', v: 1, state, reason } satisfies UpLink);
}

/** @throws AgentRefusedError */
export async function post(url: string, path: string, body: unknown): Promise<unknown> {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const reply: unknown = await response.json();
  if (!response.ok) throw new AgentRefusedError(ProblemReply.parse(reply).code);
  return reply;
}

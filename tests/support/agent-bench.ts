import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { openAgent } from '../../edge-agent/agent.ts';
import type { Agent } from '../../edge-agent/agent.ts';
import { limits } from '../../edge-agent/config.ts';
import type { AgentConfig } from '../../edge-agent/config.ts';
import { enrolReceiver } from '../../edge-agent/enrol-receiver.ts';
import { openDiskFiles } from '../../edge-agent/files/raw-files.ts';
import type { RawFiles } from '../../edge-agent/files/raw-files.ts';
import type { OrderItem } from '#contract/order.ts';
import type { MediaReference } from '#contract/primitives.ts';
import type { ReceiptBody } from '#contract/receipt.ts';
import { DrivenTime } from './driven-time.ts';
import { RecordingPlayer } from './recording-player.ts';
import { StandInServer } from './stand-in-server.ts';
import { TempFolder } from './temp-folder.ts';

/** An item of an order around one recording. */
export function itemOf(media: MediaReference): OrderItem {
  return { bulletinId: randomUUID(), revision: 1, title: 'Thông báo', media };
}

/** One receiver on a bench: the real agent with real files and sockets, a driven clock and a loudspeaker that only notes. */
export class AgentBench implements AsyncDisposable {
  readonly time: DrivenTime;
  readonly server: StandInServer;
  readonly folder: TempFolder;
  readonly log: { event: string; fields: Record<string, unknown> }[] = [];
  readonly config: AgentConfig;
  /** Operations of the disk that fail in their own way from the next boot on. */
  brokenFiles: Partial<RawFiles> = {};
  player: RecordingPlayer | undefined;
  agent: Agent | undefined;

  private constructor(time: DrivenTime, server: StandInServer, folder: TempFolder, dataFolder: string) {
    this.time = time;
    this.server = server;
    this.folder = folder;
    this.config = {
      dataFolder,
      audioOutput: 'null',
      player: 'mpv',
      hasBatteryClock: false,
      mqttUrl: undefined,
      hardwareId: 'board-of-tests',
      bootId: 'first-boot',
      agentVersion: '0.1.0-test',
      limits: {
        ...limits,
        lookNowJitterMs: 0,
        backOffMinMs: 200,
        backOffMaxMs: 2_000,
        armAheadMs: 5_000,
        requestMaxMs: 5_000,
        timeExchangesAtOnce: 1,
      },
    };
  }

  static async create({ startAt, dataFolder }: { startAt?: string; dataFolder?: string } = {}): Promise<AgentBench> {
    const time = new DrivenTime(startAt);
    const folder = await TempFolder.create();
    const bench = new AgentBench(time, await StandInServer.open(time.trueMs), folder, dataFolder ?? folder.path);
    await enrolReceiver(bench.config, bench.server.enrolmentString);
    return bench;
  }

  /** Random bytes that pass for a recording of that length. */
  addMedia(durationMs: number, bytes = 2_000): MediaReference {
    const content = randomBytes(bytes);
    const sha256 = createHash('sha256').update(content).digest('hex');
    this.server.media.set(sha256, content);
    return { sha256, bytes, durationMs, codec: 'opus' };
  }

  async boot(changes: Partial<AgentConfig> = {}): Promise<Agent> {
    Object.assign(this.config, changes);
    this.agent = await openAgent(this.config, {
      files: { ...openDiskFiles(this.config.dataFolder), ...this.brokenFiles },
      time: this.time,
      makePlayer: ({ wallMs }) => (this.player = new RecordingPlayer({ now: wallMs })),
      fetch,
      log: (event, fields = {}) => void this.log.push({ event, fields }),
    });
    return this.agent;
  }

  async shutDown(): Promise<void> {
    const closing = this.agent?.close();
    const step = () => Promise.race([closing?.then(() => true), this.time.pass(20).then(() => false)]);
    for (let isOver = closing === undefined; !isOver;) isOver = (await step()) === true;
    this.agent = undefined;
  }

  /** What the receiver has on record, sent or not. */
  get recorded(): ReceiptBody[] {
    return this.agent?.receipts.list(0, Number.MAX_SAFE_INTEGER).map(({ body }) => body) ?? [];
  }

  recordedOf<K extends ReceiptBody['kind']>(kind: K): Extract<ReceiptBody, { kind: K }>[] {
    return this.recorded.filter((body): body is Extract<ReceiptBody, { kind: K }> => body.kind === kind);
  }

  refusals(code: string): ReceiptBody[] {
    return this.recordedOf('order-refused').filter((body) => body.code === code);
  }

  /** Hashes of what has sounded or sounds now, in order. */
  get sounded(): string[] {
    const over = this.player?.sounded.map(({ track }) => track.path) ?? [];
    const now = this.player?.state.status === 'playing' ? [this.player.state.path ?? ''] : [];
    return [...over, ...now].map((path) => path.slice(-64));
  }

  /** Lets time pass until the fact holds; says what the agent did when it never does. */
  async until<T>(what: string, question: () => T | undefined | false, withinMs = 60_000): Promise<T> {
    try {
      return await this.time.passUntil(what, question, withinMs);
    } catch (error) {
      const lines = this.log.map(({ event, fields }) => `${event} ${JSON.stringify(fields).slice(0, 300)}`);
      throw new Error([String(error), ...lines.slice(-40)].join('\n'), { cause: error });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutDown();
    await this.server[Symbol.asyncDispose]();
    await this.folder[Symbol.asyncDispose]();
  }
}

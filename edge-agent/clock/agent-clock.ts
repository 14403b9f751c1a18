import { z } from 'zod';
import type { ClockTrust } from '#contract/primitives.ts';
import type { DurableFiles } from '../files/durable-files.ts';
import type { Log } from '../log.ts';
import {
  basisOfExchange,
  chooseExchange,
  clockErrorMs,
  decideClockTrust,
  findClockBasis,
  readClock,
} from './clock-trust-rules.ts';
import type { ClockBasis, TimeExchange } from './clock-trust-rules.ts';
import type { TimeSource } from './time-source.ts';

const PATH = 'clock-anchor.json';
const SavedAnchor = z.object({
  trueMs: z.number(),
  errorMs: z.number().min(0),
  steadyMs: z.number(),
  systemMs: z.number(),
  bootId: z.string(),
});

export interface AgentClockParts {
  time: TimeSource;
  files: DurableFiles;
  bootId: string;
  hasBatteryClock: boolean;
  log: Log;
}

/** The better of two bases is the one that may be wrong by less; a fresh exchange of equal worth wins. */
const WORSE_BY_MAX = 2;

/**
 * The agent's own time: an anchor plus the steady clock. Whatever happens to the system's clock, what is being played and what
 * comes next stay where they are.
 */
export class AgentClock {
  readonly #parts: AgentClockParts;
  #basis: ClockBasis;

  private constructor(parts: AgentClockParts, basis: ClockBasis) {
    this.#parts = parts;
    this.#basis = basis;
  }

  static async open(parts: AgentClockParts): Promise<AgentClock> {
    const anchor = await readAnchor(parts);
    const { time, bootId, hasBatteryClock } = parts;
    const facts = { anchor, bootId, hasBatteryClock, steadyMs: time.steadyMs(), systemMs: time.systemMs() };
    return new AgentClock(parts, findClockBasis(facts));
  }

  /** Epoch ms, as well as we know it; `trust` says how well. */
  now(): number {
    return readClock(this.#basis, this.#parts.time.steadyMs());
  }

  get trust(): ClockTrust {
    return decideClockTrust(this.#basis, this.#parts.time.steadyMs());
  }

  /** How far we may be wrong; null when nobody knows. */
  get errorMs(): number | null {
    return clockErrorMs(this.#basis, this.#parts.time.steadyMs());
  }

  /** The system's clock less ours; null as long as ours is not to be trusted either. */
  get systemOffsetMs(): number | null {
    return this.trust === 'untrusted' ? null : Math.round(this.#parts.time.systemMs() - this.now());
  }

  /** Takes the best of several signed answers as the new anchor. Returns by how much our clock moved. */
  async adopt(exchanges: readonly TimeExchange[]): Promise<number | undefined> {
    const best = chooseExchange(exchanges);
    if (!best) return undefined;
    const next = basisOfExchange(best);
    const steadyMs = this.#parts.time.steadyMs();
    const errorNowMs = this.errorMs;
    const movedMs = readClock(next, steadyMs) - this.now();
    const isWorse = errorNowMs !== null && (next.errorMs ?? 0) > WORSE_BY_MAX * errorNowMs;
    // A slow answer that agrees with us adds nothing; one that contradicts us beyond both error bounds proves us wrong.
    if (isWorse && Math.abs(movedMs) <= (next.errorMs ?? 0) + errorNowMs) return 0;
    this.#basis = next;
    await this.#saveAnchor(next, steadyMs);
    return Math.round(movedMs);
  }

  async #saveAnchor(basis: ClockBasis, steadyMs: number): Promise<void> {
    const { time, files, bootId, log } = this.#parts;
    const anchor = {
      trueMs: readClock(basis, steadyMs),
      errorMs: clockErrorMs(basis, steadyMs) ?? 0,
      steadyMs,
      systemMs: time.systemMs(),
      bootId,
    };
    // Without it on disk we only know less after the next boot: no reason to stop.
    await files
      .writeWhole(PATH, JSON.stringify(anchor))
      .catch((error: unknown) => log('clock-anchor-not-saved', { error: String(error) }));
  }
}

async function readAnchor({ files, log }: AgentClockParts) {
  const text = await files.readText(PATH);
  if (text === undefined) return undefined;
  try {
    return SavedAnchor.parse(JSON.parse(text));
  } catch (error) {
    log('clock-anchor-unreadable', { error: String(error) });
    return undefined;
  }
}

import type { TimeSource } from '../clock/time-source.ts';
import { makeAbort } from '../clock/time-source.ts';
import { isDiskFull } from '../files/raw-files.ts';
import { backOffMs } from '../link/back-off-rules.ts';
import { wordsOf } from '../log.ts';
import type { Log } from '../log.ts';
import type { WantedMedia } from './media-plan-rules.ts';
import type { MediaShelf } from './media-shelf.ts';

/** One request for a file from some byte on. `offset`: where the bytes really begin. */
export type OpenMedia = (
  sha256: string,
  fromByte: number,
  signal: AbortSignal,
) => Promise<{ offset: number; bytes: AsyncIterable<Uint8Array> | null }>;

export interface FetcherParts {
  shelf: MediaShelf;
  openMedia: OpenMedia;
  time: TimeSource;
  log: Log;
  atOnceMax: number;
  alteredTriesMax: number;
  idleMaxMs: number;
  backOff: { minMs: number; maxMs: number };
  mediaBytesMax: number;
  /** Gives up space until so many bytes fit beside what must stay free; false when it can't. */
  makeRoom: (bytes: number, inFavourOf: WantedMedia) => Promise<boolean>;
  onReady: (sha256: string) => void;
  /** The server keeps sending something else. */
  onAltered: (sha256: string) => void;
}

interface Trouble {
  failures: number;
  altered: number;
  notBeforeMs: number;
}

/** After this many altered copies it is asked for no sooner than this. */
const ALTERED_PAUSE_MS = 3_600_000;

/**
 * Brings what is wanted onto the shelf: next needed first, few at once, resumed where a cut left it. While something for an
 * emergency is wanted nothing else is downloaded: what was under way is broken off and goes on afterwards.
 */
export class MediaFetcher {
  readonly #parts: FetcherParts;
  #wanted: WantedMedia[] = [];
  readonly #running = new Map<string, { abort: AbortController; lane: WantedMedia['lane']; done: Promise<void> }>();
  readonly #troubles = new Map<string, Trouble>();
  #timer = makeAbort();
  #isClosed = false;

  constructor(parts: FetcherParts) {
    this.#parts = parts;
  }

  get runningCount(): number {
    return this.#running.size;
  }

  /** In the order of need. What is no longer in it is broken off. */
  want(wanted: WantedMedia[]): void {
    this.#wanted = wanted;
    const hashes = new Set(wanted.map(({ media }) => media.sha256));
    for (const [sha256, { abort }] of this.#running) if (!hashes.has(sha256)) abort.abort();
    for (const sha256 of this.#troubles.keys()) if (!hashes.has(sha256)) this.#troubles.delete(sha256);
    this.#go();
  }

  /** The network is back: nobody waits out a long pause. */
  retryNow(): void {
    for (const trouble of this.#troubles.values()) if (trouble.altered === 0) trouble.notBeforeMs = 0;
    this.#go();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer.abort();
    for (const { abort } of this.#running.values()) abort.abort();
    await Promise.all([...this.#running.values()].map(({ done }) => done));
  }

  #go(): void {
    if (this.#isClosed) return;
    const lacking = this.#wanted.filter(({ media }) => !this.#parts.shelf.has(media.sha256));
    const nowMs = this.#parts.time.steadyMs();
    const able = lacking.filter(({ media }) => (this.#troubles.get(media.sha256)?.notBeforeMs ?? 0) <= nowMs);
    const isUrgent = able.some(({ lane }) => lane === 'emergency');
    if (isUrgent) for (const { abort, lane } of this.#running.values()) if (lane === 'programme') abort.abort();
    for (const wanted of able) {
      const running = [...this.#running.values()].filter(({ abort }) => !abort.signal.aborted).length;
      if (running >= this.#parts.atOnceMax || (isUrgent && wanted.lane !== 'emergency')) break;
      if (!this.#running.has(wanted.media.sha256)) this.#begin(wanted);
    }
    this.#wakeForTroubles(nowMs);
  }

  #begin(wanted: WantedMedia): void {
    const abort = makeAbort();
    const { sha256 } = wanted.media;
    const done = this.#obtain(wanted, abort).finally(() => {
      this.#running.delete(sha256);
      queueMicrotask(() => this.#go());
    });
    this.#running.set(sha256, { abort, lane: wanted.lane, done });
  }

  #wakeForTroubles(nowMs: number): void {
    const due = [...this.#troubles.values()].map(({ notBeforeMs }) => notBeforeMs).filter((atMs) => atMs > nowMs);
    if (due.length === 0) return;
    this.#timer.abort();
    const timer = (this.#timer = makeAbort());
    void this.#goAfter(Math.min(...due) - nowMs, timer.signal);
  }

  async #goAfter(delayMs: number, signal: AbortSignal): Promise<void> {
    await this.#parts.time.sleep(delayMs, signal);
    if (!signal.aborted) this.#go();
  }

  async #obtain(wanted: WantedMedia, abort: AbortController): Promise<void> {
    const { shelf, onReady, log } = this.#parts;
    const { sha256 } = wanted.media;
    try {
      if (!(await shelf.check(wanted.media))) await this.#download(wanted, abort);
      if (shelf.has(sha256)) {
        this.#troubles.delete(sha256);
        onReady(sha256);
      }
    } catch (error) {
      if (abort.signal.aborted && !(abort.signal.reason instanceof Error && abort.signal.reason.name === 'IdleError')) return;
      log('media-not-fetched', { sha256, error: wordsOf(error) });
      if (isDiskFull(error)) await shelf.dropPart(sha256).catch(() => undefined); // a part that can't grow only takes space
      this.#postpone(sha256);
    }
  }

  async #download(wanted: WantedMedia, abort: AbortController): Promise<void> {
    const { shelf, openMedia, makeRoom, mediaBytesMax } = this.#parts;
    const { sha256, bytes } = wanted.media;
    if (bytes > mediaBytesMax) throw new Error(`${bytes} bytes are more than this receiver takes`);
    let have = await shelf.partBytes(sha256);
    if (have > bytes) {
      await shelf.dropPart(sha256);
      have = 0;
    }
    if (!(await makeRoom(bytes - have, wanted))) throw new Error('there is no room for it on this disk');
    if (have < bytes) {
      const reply = await openMedia(sha256, have, abort.signal);
      if (reply.offset !== have) {
        await shelf.dropPart(sha256);
        have = reply.offset;
      }
      for await (const chunk of withIdleLimit(reply.bytes, this.#parts.idleMaxMs, abort)) {
        have += chunk.byteLength;
        if (have > bytes) break;
        await shelf.appendPart(sha256, chunk);
      }
    }
    if (have < bytes) throw new Error(`the connection ended after ${have} of ${bytes} bytes`);
    if (have === bytes && (await shelf.acceptPart(sha256))) return;
    await shelf.dropPart(sha256);
    this.#noteAltered(sha256);
  }

  #noteAltered(sha256: string): void {
    const { alteredTriesMax, onAltered, log, time } = this.#parts;
    const trouble = this.#postpone(sha256);
    trouble.altered++;
    log('media-altered', { sha256, times: trouble.altered });
    onAltered(sha256);
    if (trouble.altered % alteredTriesMax === 0) trouble.notBeforeMs = time.steadyMs() + ALTERED_PAUSE_MS;
  }

  #postpone(sha256: string): Trouble {
    const trouble = this.#troubles.get(sha256) ?? { failures: 0, altered: 0, notBeforeMs: 0 };
    trouble.failures++;
    trouble.notBeforeMs = this.#parts.time.steadyMs() + backOffMs(trouble.failures, this.#parts.backOff, Math.random());
    this.#troubles.set(sha256, trouble);
    return trouble;
  }
}

/** Real time, not the agent's: what is watched is a socket. */
async function* withIdleLimit(bytes: AsyncIterable<Uint8Array> | null, idleMaxMs: number, abort: AbortController) {
  const idle = Object.assign(new Error(`nothing came for ${idleMaxMs} ms`), { name: 'IdleError' });
  let timer = setTimeout(() => abort.abort(idle), idleMaxMs);
  try {
    for await (const chunk of bytes ?? []) {
      clearTimeout(timer);
      yield chunk;
      timer = setTimeout(() => abort.abort(idle), idleMaxMs);
    }
  } finally {
    clearTimeout(timer);
  }
}

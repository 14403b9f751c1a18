import type { Request, Response } from 'express';
import type { FeedEvent } from '#contract/live-feed.ts';

type MayRead = (ancestry: readonly string[]) => boolean;

interface Reader {
  response: Response;
  mayRead: MayRead;
  /** What the reader may read by now; undefined when its session has ended. */
  recheck(): Promise<MayRead | undefined>;
}

const READERS_MAX = 500;
/** A reader that does not take what it is sent is cut off: it reconnects and fetches afresh. */
const BACKLOG_BYTES_MAX = 1024 * 1024;
const BEAT_MS = 20_000;
/** Whoever signed out, was disabled or lost a role reads on for at most this long, and the time the check takes. */
const RECHECK_MS = 30_000;

/** Server-sent events to signed-in readers, cut to their branches. Losing one costs a reader freshness, never truth. */
export class LiveFeed {
  readonly #readers = new Set<Reader>();
  readonly #timers: NodeJS.Timeout[];
  #isRechecking = false;

  constructor({ recheckMs = RECHECK_MS }: { recheckMs?: number } = {}) {
    this.#timers = [
      setInterval(() => this.#writeAll(() => true, ': still here\n\n'), BEAT_MS),
      setInterval(() => void this.#recheckAll(), recheckMs),
    ];
    for (const timer of this.#timers) timer.unref();
  }

  attach(request: Request, response: Response, rights: Pick<Reader, 'mayRead' | 'recheck'>): void {
    if (this.#readers.size >= READERS_MAX) {
      response.status(503).set('retry-after', '30').end();
      return;
    }
    response.status(200).set({ 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
    response.flushHeaders();
    response.write('retry: 3000\n\n');
    const reader = { response, ...rights };
    this.#readers.add(reader);
    request.on('close', () => this.#readers.delete(reader));
  }

  /** `ancestry`: the area that the event is about, and all above it. */
  publish(event: FeedEvent, ancestry: readonly string[]): void {
    this.#writeAll((reader) => reader.mayRead(ancestry), `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
    for (const reader of this.#readers) reader.response.end();
    this.#readers.clear();
  }

  /** One reader after the other: the database has better to do. */
  async #recheckAll(): Promise<void> {
    if (this.#isRechecking) return;
    this.#isRechecking = true;
    for (const reader of [...this.#readers]) {
      // What can't be checked may not be read: the reader connects again, and is then let in or not.
      const mayRead = await reader.recheck().catch(() => undefined);
      if (mayRead) reader.mayRead = mayRead;
      else {
        this.#readers.delete(reader);
        reader.response.end();
      }
    }
    this.#isRechecking = false;
  }

  #writeAll(isFor: (reader: Reader) => boolean, text: string): void {
    for (const reader of this.#readers) {
      if (!isFor(reader)) continue;
      reader.response.write(text);
      if (reader.response.writableLength > BACKLOG_BYTES_MAX) {
        this.#readers.delete(reader);
        reader.response.destroy();
      }
    }
  }
}

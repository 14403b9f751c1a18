import type { Request, Response } from 'express';
import type { FeedEvent } from '#contract/live-feed.ts';

interface Reader {
  response: Response;
  mayRead(ancestry: readonly string[]): boolean;
}

const READERS_MAX = 500;
/** A reader that does not take what it is sent is cut off: it reconnects and fetches afresh. */
const BACKLOG_BYTES_MAX = 1024 * 1024;

/** Server-sent events to signed-in readers, cut to their branches. Losing one costs a reader freshness, never truth. */
export class LiveFeed {
  readonly #readers = new Set<Reader>();
  readonly #beat: NodeJS.Timeout;

  constructor() {
    this.#beat = setInterval(() => this.#writeAll(() => true, ': still here\n\n'), 20_000);
    this.#beat.unref();
  }

  attach(request: Request, response: Response, mayRead: Reader['mayRead']): void {
    if (this.#readers.size >= READERS_MAX) {
      response.status(503).set('retry-after', '30').end();
      return;
    }
    response.status(200).set({ 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
    response.flushHeaders();
    response.write('retry: 3000\n\n');
    const reader = { response, mayRead };
    this.#readers.add(reader);
    request.on('close', () => this.#readers.delete(reader));
  }

  /** `ancestry`: the area that the event is about, and all above it. */
  publish(event: FeedEvent, ancestry: readonly string[]): void {
    this.#writeAll((reader) => reader.mayRead(ancestry), `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  }

  close(): void {
    clearInterval(this.#beat);
    for (const reader of this.#readers) reader.response.end();
    this.#readers.clear();
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

import type { MpvLine } from './mpv-process.ts';
import type { OpenPlayback } from './open-playback.ts';
import type { EndReason } from './player.ts';

/** mpv's playlist as we know it: which entry is which playback, and which one is being decoded. */
export class PlaybackQueue {
  #playbacks: OpenPlayback[] = [];
  readonly #entries = new Map<number, OpenPlayback>();
  /** Events can overtake the answer that names their entry; they wait here for it. */
  #unclaimed: MpvLine[] = [];
  #entryId: number | undefined;
  #isDecoding = false;
  readonly #hasReadToItsEnd = new WeakSet<OpenPlayback>();
  readonly #waiting = new Set<() => void>();

  /** What is armed or audible. */
  get first(): OpenPlayback | undefined {
    return this.#playbacks[0];
  }

  /** What mpv reads positions of. */
  get decoding(): OpenPlayback | undefined {
    return this.#isDecoding && this.#entryId !== undefined ? this.#entries.get(this.#entryId) : undefined;
  }

  includes(playback: OpenPlayback): boolean {
    return this.#playbacks.includes(playback);
  }

  add(playback: OpenPlayback): OpenPlayback {
    this.#playbacks.push(playback);
    return playback;
  }

  enter(entryId: number, playback: OpenPlayback, takeEvent: (line: MpvLine) => void): void {
    this.#entries.set(entryId, playback);
    const claimed = this.#unclaimed.filter((line) => line.playlist_entry_id === entryId);
    this.#unclaimed = [];
    for (const line of claimed) takeEvent(line);
    this.#announce();
  }

  /** Takes all out without ending them. */
  takeAll(): OpenPlayback[] {
    return this.#playbacks.splice(0);
  }

  finishAll(reason: EndReason, problem?: string): void {
    for (const playback of this.takeAll()) playback.finish(reason, { problem });
    this.#announce();
  }

  drop(playback: OpenPlayback, reason: EndReason, problem?: string): void {
    this.#playbacks = this.#playbacks.filter((other) => other !== playback);
    playback.finish(reason, { problem });
    this.#announce();
  }

  /** The process is gone, and with it the meaning of its entry numbers. */
  forget(): void {
    this.#entries.clear();
    this.#unclaimed = [];
    this.#entryId = undefined;
    this.#isDecoding = false;
  }

  /** What has begun to sound ends what stood before it. */
  passSeam(playback: OpenPlayback): void {
    if (playback.startedAs === undefined || !this.includes(playback)) return;
    while (this.first !== undefined && this.first !== playback) {
      this.first.finish('end', { endedAtMs: playback.startedAs.startedAtMs });
      this.#playbacks.shift();
    }
    this.#announce();
  }

  /** Returns mpv's words when a file failed. */
  takeEvent(line: MpvLine, words: readonly string[]): string | undefined {
    let problem: string | undefined;
    if (line.event === 'start-file') {
      this.#entryId = line.playlist_entry_id;
      this.#isDecoding = false;
    } else if (line.event === 'playback-restart') {
      this.#isDecoding = true;
      this.#watchNext();
    } else if (line.event === 'end-file') {
      problem = this.#takeEndOfFile(line, words);
    } else if (line.name === 'idle-active' && line.data === true) {
      // Comes when the output has let the last sample go.
      const last = this.first;
      if (last !== undefined && this.#hasReadToItsEnd.has(last)) this.drop(last, 'end');
    }
    this.#announce();
    return problem;
  }

  #takeEndOfFile(line: MpvLine, words: readonly string[]): string | undefined {
    const playback = this.#entries.get(line.playlist_entry_id ?? -1);
    if (playback === undefined) {
      this.#unclaimed.push(line);
      return undefined;
    }
    this.#entries.delete(line.playlist_entry_id ?? -1);
    // `stop` was ordered by us, and the one who ordered it ends the playback.
    if (line.reason === 'stop' || line.reason === 'quit') return undefined;
    if (line.reason === 'eof') {
      this.#hasReadToItsEnd.add(playback);
      return undefined;
    }
    const problem = [line.file_error ?? `ended with ${line.reason}`, ...words].join('; ');
    this.drop(playback, 'failed', problem);
    return problem;
  }

  /** An appended file has been opened: it is due when the one before has ended. */
  #watchNext(): void {
    const next = this.decoding;
    const before = this.#playbacks[this.#playbacks.indexOf(next as OpenPlayback) - 1];
    if (next === undefined || before?.startedAs === undefined) return;
    const leftMs = before.track.expectedMs - (before.track.offsetMs ?? 0) + before.progress.stalledMs;
    next.watch(before.startedAs.startedAtMs + leftMs);
  }

  /** Aborted when the playback ends; for waits that it makes void. */
  endOf(playback: OpenPlayback): AbortSignal {
    const controller = new AbortController();
    void playback.ended.then((ending) =>
      controller.abort(new Error(`it ended before it sounded: ${ending.problem ?? ending.reason}`)),
    );
    return controller.signal;
  }

  async until(question: () => boolean, maxMs: number): Promise<void> {
    const deadlineMs = performance.now() + maxMs;
    while (!question() && performance.now() < deadlineMs) await this.change(deadlineMs - performance.now());
  }

  async change(maxMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, maxMs);
      this.#waiting.add(done);
    });
  }

  #announce(): void {
    for (const done of [...this.#waiting]) done();
  }
}

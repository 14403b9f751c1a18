import { KeptProcess } from './kept-process.ts';
import { Mpg123Process } from './mpg123-process.ts';
import { OpenPlayback, playerClock } from './open-playback.ts';
import { PlayerFailure, playerLimits } from './player.ts';
import type { Cut, EndReason, Playback, Player, PlayerLimits, PlayerState, Started, Track } from './player.ts';
import type { MpvPlayerOptions } from './mpv-player.ts';
import { sleep, waitUntil } from './wait-until.ts';

/**
 * The light player for boards that cannot carry mpv: `mpg123 -R`, MP3 only, one file at a time.
 *
 * - Appended tracks are loaded when the one before has ended: expect a gap of some tens of milliseconds.
 * - mpg123 reports what it has decoded, which runs ahead of the sound by its buffer; a position is therefore never beyond the time passed
 *   since the start. It measures no level.
 * - It opens the file and the output only when it begins to sound, so `arm` vouches for an MP3 file but not for the output.
 */
export type Mpg123PlayerOptions = Omit<MpvPlayerOptions, 'clock'>;

const READ_EVERY_MS = 50;

export class Mpg123Player implements Player {
  readonly #limits: PlayerLimits;
  readonly #keeper: KeptProcess<Mpg123Process>;
  #queue: OpenPlayback[] = [];
  #volumePercent: number;
  #volumeReadBack: number | undefined;
  #isOpen = false;
  #isPaused = true;
  /** Lines about the file before come until the new one is announced. */
  #isLoading = false;
  #decodedMs = 0;
  #soundsFromMs = 0;
  #samplesCount: number | undefined;
  #lastOrder = 0;
  #askedAtMs: number | undefined;
  #problem: string | undefined;
  #endsAs: EndReason = 'died';
  #watching: Promise<void> | undefined;

  constructor(options: Mpg123PlayerOptions) {
    this.#limits = { ...playerLimits, ...options.limits };
    this.#volumePercent = options.volumePercent ?? 100;
    this.#keeper = new KeptProcess({
      limits: this.#limits,
      begin: () =>
        new Mpg123Process({
          command: options.command ?? 'mpg123',
          audioOutput: options.audioOutput,
          environment: options.environment,
          onLine: (line) => this.#takeLine(line),
        }),
      prepare: (mpg123) => this.#applyVolume(mpg123, this.#limits.openMaxMs),
      onGone: (failure) => this.#loseProcess(failure),
    });
  }

  get state(): PlayerState {
    const first = this.#queue[0];
    const ready =
      this.#keeper.ready === undefined ? 'failed' : first === undefined ? 'idle' : this.#isPaused ? 'armed' : 'playing';
    return {
      status: this.#isOpen ? ready : 'closed',
      isStalled: (first?.stallMs ?? 0) > 0,
      restartsCount: this.#keeper.restartsCount,
      ...(this.#volumeReadBack !== undefined && { volumePercent: this.#volumeReadBack }),
      ...(first && { path: first.track.path, ...first.position }),
      ...(this.#problem !== undefined && { problem: this.#problem }),
    };
  }

  async open(): Promise<void> {
    await this.#keeper.open();
    this.#isOpen = true;
    this.#watching = this.#watch();
  }

  async close(): Promise<void> {
    this.#lastOrder++;
    this.#isOpen = false;
    this.#finishAll('stopped');
    await this.#keeper.close();
    await this.#watching;
  }

  async arm(track: Track): Promise<Playback> {
    if (this.#queue.length > 0 && !this.#isPaused) throw new PlayerFailure('something sounds already');
    const order = ++this.#lastOrder;
    const mpg123 = await this.#keeper.get(this.#limits.openMaxMs);
    if (order !== this.#lastOrder) throw new PlayerFailure('another order came before it could be armed');
    this.#finishAll('stopped');
    const playback = new OpenPlayback(track, playerClock);
    this.#queue = [playback];
    this.#isPaused = true;
    this.#samplesCount = undefined;
    this.#load(mpg123, playback, 'LOADPAUSED');
    mpg123.order('SAMPLE');
    await this.#until(() => this.#samplesCount !== undefined || playback.endedAs !== undefined, this.#limits.armMaxMs);
    if (playback.endedAs === undefined && !((this.#samplesCount ?? 0) > 0)) {
      mpg123.order('STOP');
      this.#drop(
        playback,
        'failed',
        this.#samplesCount === undefined ? 'mpg123 did not load it in time' : 'no MP3 sound was found',
      );
    }
    if (playback.endedAs !== undefined) throw new PlayerFailure(playback.endedAs.problem ?? 'it ended before it could sound');
    return playback;
  }

  async append(track: Track): Promise<Playback> {
    if (this.#queue.length === 0) throw new PlayerFailure('there is nothing to follow');
    if ((track.offsetMs ?? 0) > 0) throw new PlayerFailure('only a whole track can be appended');
    const playback = new OpenPlayback(track, playerClock);
    this.#queue.push(playback);
    return playback;
  }

  async start(at: number | 'now', signal?: AbortSignal): Promise<Started> {
    const playback = this.#queue[0];
    const mpg123 = this.#keeper.ready;
    if (playback === undefined || mpg123 === undefined || !this.#isPaused) throw new PlayerFailure('nothing is armed');
    const dueAtMs = at === 'now' ? Date.now() : at;
    await waitUntil(dueAtMs, () => Date.now(), signal);
    if (this.#queue[0] !== playback) throw new PlayerFailure('it ended before it sounded');
    this.#beginSound(playback, dueAtMs);
    mpg123.order('PAUSE');
    return this.#untilStarted(playback, mpg123);
  }

  async interrupt(track: Track): Promise<{ cut: Cut | undefined; playback: Playback; started: Started }> {
    const order = ++this.#lastOrder;
    let cut: Cut | undefined;
    for (const isLastTry of [false, true]) {
      const mpg123 = await this.#keeper.get(this.#limits.openMaxMs);
      if (order !== this.#lastOrder) throw new PlayerFailure('another order came before it could sound');
      this.#readPosition(mpg123);
      cut = this.#queue[0]?.cut ?? cut;
      this.#finishAll('interrupted');
      const playback = new OpenPlayback(track, playerClock);
      this.#queue = [playback];
      this.#beginSound(playback, Date.now());
      this.#load(mpg123, playback, 'LOAD');
      try {
        return { cut, playback, started: await this.#untilStarted(playback, mpg123) };
      } catch (error) {
        const reason = playback.endedAs?.reason;
        if (isLastTry || (reason !== 'died' && reason !== 'stalled')) throw error;
      }
    }
    throw new PlayerFailure('it could not be made to sound');
  }

  async stop(): Promise<Cut | undefined> {
    this.#lastOrder++;
    const mpg123 = this.#keeper.ready;
    if (mpg123 === undefined || this.#queue.length === 0) return undefined;
    this.#readPosition(mpg123);
    mpg123.order('STOP');
    const cut = this.#queue[0]?.cut;
    this.#finishAll('stopped');
    return cut;
  }

  async setVolume(volumePercent: number): Promise<PlayerState> {
    this.#volumePercent = volumePercent;
    await this.#applyVolume(await this.#keeper.get(this.#limits.openMaxMs), this.#limits.answerMaxMs);
    return this.state;
  }

  #beginSound(playback: OpenPlayback, dueAtMs: number): void {
    this.#isPaused = false;
    this.#decodedMs = playback.track.offsetMs ?? 0;
    this.#soundsFromMs = performance.now();
    playback.watch(dueAtMs);
  }

  #load(mpg123: Mpg123Process, { track }: OpenPlayback, order: 'LOAD' | 'LOADPAUSED'): void {
    if (!track.path.startsWith('/') || track.path.includes('\n')) throw new PlayerFailure(`not an absolute path: ${track.path}`);
    this.#isLoading = true;
    mpg123.order(`${order} ${track.path}`);
    if ((track.offsetMs ?? 0) > 0) mpg123.order(`JUMP ${((track.offsetMs ?? 0) / 1_000).toFixed(3)}s`);
  }

  async #applyVolume(mpg123: Mpg123Process, maxMs: number): Promise<void> {
    this.#volumeReadBack = undefined;
    mpg123.order(`V ${this.#volumePercent}`);
    await this.#until(() => this.#volumeReadBack !== undefined, maxMs);
    if (this.#volumeReadBack === undefined) throw new PlayerFailure(`mpg123 did not tell its volume in ${maxMs} ms`);
  }

  async #untilStarted(playback: OpenPlayback, mpg123: Mpg123Process): Promise<Started> {
    const orderedMs = performance.now();
    while (playback.startedAs === undefined && playback.endedAs === undefined) {
      this.#readPosition(mpg123);
      if (this.#isLoading && performance.now() - orderedMs > this.#limits.answerMaxMs)
        mpg123.kill(`mpg123 gave no answer in ${this.#limits.answerMaxMs} ms`);
      if (playback.startedAs === undefined) await sleep(2);
    }
    if (playback.startedAs === undefined) throw new PlayerFailure(playback.endedAs?.problem ?? 'it ended before it sounded');
    return playback.startedAs;
  }

  async #watch(): Promise<void> {
    while (this.#isOpen) {
      const mpg123 = this.#keeper.ready;
      if (mpg123 !== undefined && !this.#isPaused) this.#readPosition(mpg123);
      else if (mpg123 !== undefined) this.#askWhetherAlive(mpg123);
      await sleep(READ_EVERY_MS);
    }
  }

  #askWhetherAlive(mpg123: Mpg123Process): void {
    const nowMs = performance.now();
    if (this.#askedAtMs === undefined || mpg123.heardAtMs >= this.#askedAtMs) {
      if (nowMs - mpg123.heardAtMs < this.#limits.answerMaxMs) return;
      this.#askedAtMs = nowMs;
      mpg123.order('STATE');
    } else if (nowMs - this.#askedAtMs > this.#limits.answerMaxMs) {
      this.#askedAtMs = undefined;
      mpg123.kill(`mpg123 gave no answer in ${this.#limits.answerMaxMs} ms`);
    }
  }

  #readPosition(mpg123: Mpg123Process): void {
    const first = this.#queue[0];
    if (first === undefined || this.#isPaused) return;
    const passedMs = performance.now() - this.#soundsFromMs - first.progress.stalledMs;
    first.takePosition(Math.min(this.#decodedMs, (first.track.offsetMs ?? 0) + passedMs), this.#limits.stallAfterMs);
    if (first.stallMs < this.#limits.stallMaxMs) return;
    this.#endsAs = 'stalled';
    mpg123.kill(`the output took no sound for ${Math.round(first.stallMs)} ms`);
  }

  #takeLine(line: string): void {
    const [kind, ...fields] = line.split(' ');
    const first = this.#queue[0];
    if (kind === '@V') this.#volumeReadBack = Number.parseFloat(fields[0] ?? '');
    else if (kind === '@SAMPLE') this.#samplesCount = Number(fields[1]);
    else if (kind === '@I') this.#isLoading = false;
    else if (kind === '@E' && first !== undefined) this.#drop(first, 'failed', fields.join(' '));
    else if (this.#isLoading || first === undefined) return;
    else if (kind === '@F') this.#decodedMs = Number(fields[2]) * 1_000;
    else if (kind === '@P' && fields[0] === '0') this.#takeEnd(first);
  }

  #takeEnd(first: OpenPlayback): void {
    // Asked for by STOP, or it never began: a file without a single frame ends at once.
    if (this.#isPaused) return;
    if (this.#decodedMs <= (first.track.offsetMs ?? 0))
      return this.#drop(first, 'failed', this.#keeper.ready?.lastWords || 'no MP3 sound was found');
    const mpg123 = this.#keeper.ready;
    if (mpg123 !== undefined) this.#readPosition(mpg123);
    this.#drop(first, 'end');
    const next = this.#queue[0];
    if (next === undefined || mpg123 === undefined) return;
    this.#beginSound(next, Date.now());
    this.#load(mpg123, next, 'LOAD');
  }

  #drop(playback: OpenPlayback, reason: EndReason, problem?: string): void {
    this.#queue = this.#queue.filter((other) => other !== playback);
    if (this.#queue.length === 0) this.#isPaused = true;
    if (problem !== undefined) this.#problem = problem;
    playback.finish(reason, { problem });
  }

  #finishAll(reason: EndReason, problem?: string): void {
    this.#isPaused = true;
    for (const playback of this.#queue.splice(0)) playback.finish(reason, { problem });
  }

  #loseProcess(failure: PlayerFailure): void {
    if (this.#isOpen) this.#problem = failure.message;
    this.#volumeReadBack = undefined;
    this.#askedAtMs = undefined;
    this.#finishAll(this.#endsAs, failure.message);
    this.#endsAs = 'died';
  }

  async #until(question: () => boolean, maxMs: number): Promise<void> {
    const deadlineMs = performance.now() + maxMs;
    while (!question() && performance.now() < deadlineMs) await sleep(5);
  }
}

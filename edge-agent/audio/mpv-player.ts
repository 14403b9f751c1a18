import { KeptProcess } from './kept-process.ts';
import { meanLevelDbfs } from './level-rules.ts';
import { MpvProcess } from './mpv-process.ts';
import type { MpvLine } from './mpv-process.ts';
import { OpenPlayback, playerClock } from './open-playback.ts';
import type { PlayerClock } from './open-playback.ts';
import { PlayerFailure, playerLimits } from './player.ts';
import type { Cut, EndReason, Playback, Player, PlayerLimits, PlayerState, Started, Track } from './player.ts';
import { PlaybackQueue } from './playback-queue.ts';
import { sleep, waitUntil } from './wait-until.ts';

/**
 * Sound through one long-lived mpv.
 *
 * Invariants:
 * - `#queue` mirrors mpv's playlist; its first entry is what is armed or audible. mpv decodes ahead: at the seam the first entry still
 *   sounds while the second one is read, at a negative position; the first has ended when the second has begun.
 * - What was played comes from `audio-pts`, which counts what the output has taken, never from the file's duration or from mpv's word that
 *   the file has ended. Only the last fraction of a second, between the last reading and the end, is counted by the clock.
 * - mpv reports no event when an output stops taking sound, and none when it hangs: positions are read ten times a second while it
 *   plays, and each question has a limit. Whatever breaks one of these limits is killed and replaced.
 * - Each order (arm, interrupt, stop) makes the ones before it void, also those that still wait for a process.
 * - mpv is unpaused only by `start` and `interrupt`, and paused before anything is loaded by `arm`.
 */
export interface MpvPlayerOptions {
  audioOutput: string;
  volumePercent?: number;
  command?: string;
  /** Our own when absent. */
  environment?: NodeJS.ProcessEnv;
  limits?: Partial<PlayerLimits>;
  clock?: PlayerClock;
}

const READ_EVERY_MS = 100;
const READ_AT_START_EVERY_MS = 5;
/** Volume and mute are read back, and a silent mpv is asked whether it lives, every so many readings. */
const HEARTBEAT_READINGS = 10;

export class MpvPlayer implements Player {
  readonly #limits: PlayerLimits;
  readonly #clock: PlayerClock;
  readonly #keeper: KeptProcess<MpvProcess>;
  readonly #queue = new PlaybackQueue();
  #volumePercent: number;
  #readBack: Pick<PlayerState, 'volumePercent' | 'isMuted' | 'outputVolumePercent'> = {};
  #lastOrder = 0;
  #isPaused = true;
  #isOpen = false;
  #endsAs: EndReason = 'died';
  #problem: string | undefined;
  #watching: Promise<void> | undefined;

  constructor(options: MpvPlayerOptions) {
    this.#limits = { ...playerLimits, ...options.limits };
    this.#clock = options.clock ?? playerClock;
    this.#volumePercent = options.volumePercent ?? 100;
    this.#keeper = new KeptProcess({
      limits: this.#limits,
      begin: () =>
        new MpvProcess({
          command: options.command ?? 'mpv',
          audioOutput: options.audioOutput,
          environment: options.environment,
          answerMaxMs: this.#limits.answerMaxMs,
          openMaxMs: this.#limits.openMaxMs,
          onEvent: (line) => this.#takeEvent(line),
        }),
      prepare: async (mpv) => {
        await mpv.request('request_log_messages', 'warn');
        await mpv.request('observe_property', 1, 'idle-active');
        await this.#applyVolume(mpv);
      },
      onGone: (failure) => this.#loseProcess(failure),
    });
  }

  get state(): PlayerState {
    const first = this.#queue.first;
    return {
      status: this.#status(first),
      isStalled: (first?.stallMs ?? 0) > 0,
      restartsCount: this.#keeper.restartsCount,
      ...this.#readBack,
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
    this.#queue.finishAll('stopped');
    await this.#keeper.close();
    await this.#watching;
  }

  async arm(track: Track): Promise<Playback> {
    if (this.#queue.first !== undefined && !this.#isPaused) throw new PlayerFailure('something sounds already');
    const order = ++this.#lastOrder;
    const mpv = await this.#keeper.get(this.#limits.openMaxMs);
    if (order !== this.#lastOrder) throw new PlayerFailure('another order came before it could be armed');
    this.#queue.finishAll('stopped');
    const playback = this.#queue.add(new OpenPlayback(track, this.#clock));
    this.#isPaused = true;
    const paused = mpv.request('set_property', 'pause', true);
    await this.#load(mpv, playback, 'replace');
    await paused;
    await this.#queue.until(() => this.#queue.decoding === playback || playback.endedAs !== undefined, this.#limits.armMaxMs);
    // The first decoded sound is reported a moment before the output fails to open; this answer comes after that.
    const output = await mpv.request('get_property', 'current-ao').catch(() => undefined);
    if (output === undefined) await this.#queue.until(() => playback.endedAs !== undefined, this.#limits.answerMaxMs);
    const isArmed = this.#queue.decoding === playback && output !== undefined;
    if (!isArmed && playback.endedAs === undefined) await this.stop();
    if (playback.endedAs !== undefined)
      throw new PlayerFailure(playback.endedAs.problem ?? 'it could not be made ready to sound');
    return playback;
  }

  async append(track: Track): Promise<Playback> {
    const mpv = this.#keeper.ready;
    if (mpv === undefined || this.#queue.first === undefined) throw new PlayerFailure('there is nothing to follow');
    // mpv empties its output when the next file begins with a seek: the last 0.2 s of what sounds would be lost.
    if ((track.offsetMs ?? 0) > 0) throw new PlayerFailure('only a whole track can be appended');
    const playback = this.#queue.add(new OpenPlayback(track, this.#clock));
    await this.#load(mpv, playback, 'append-play');
    return playback;
  }

  async start(at: number | 'now', signal?: AbortSignal): Promise<Started> {
    const playback = this.#queue.first;
    const mpv = this.#keeper.ready;
    if (playback === undefined || mpv === undefined || !this.#isPaused) throw new PlayerFailure('nothing is armed');
    const dueAtMs = at === 'now' ? this.#clock.wallMs() : at;
    await waitUntil(
      dueAtMs,
      () => this.#clock.wallMs(),
      AbortSignal.any([this.#queue.endOf(playback), ...(signal ? [signal] : [])]),
    );
    this.#isPaused = false;
    playback.watch(dueAtMs);
    await this.#settled(mpv.request('set_property', 'pause', false));
    return this.#untilStarted(playback);
  }

  async interrupt(track: Track): Promise<{ cut: Cut | undefined; playback: Playback; started: Started }> {
    const order = ++this.#lastOrder;
    let cut: Cut | undefined;
    // A hung or dead mpv is noticed by this very attempt; the one that replaces it gets the second.
    for (const isLastTry of [false, true]) {
      const mpv = await this.#keeper.get(this.#limits.openMaxMs);
      if (order !== this.#lastOrder) throw new PlayerFailure('another order came before it could sound');
      const playback = new OpenPlayback(track, this.#clock);
      cut = (await this.#replaceBy(mpv, playback)) ?? cut;
      try {
        return { cut, playback, started: await this.#untilStarted(playback) };
      } catch (error) {
        const reason = playback.endedAs?.reason;
        if (isLastTry || (reason !== 'died' && reason !== 'stalled')) throw error;
      }
    }
    throw new PlayerFailure('it could not be made to sound');
  }

  async stop(): Promise<Cut | undefined> {
    this.#lastOrder++;
    const mpv = this.#keeper.ready;
    const first = this.#queue.first;
    if (mpv === undefined || first === undefined) return undefined;
    const position = this.#readPosition(mpv, first);
    const stopped = mpv.request('stop');
    const paused = mpv.request('set_property', 'pause', true);
    await position;
    this.#isPaused = true;
    const cut = first.cut;
    this.#queue.finishAll('stopped');
    await this.#settled(Promise.all([stopped, paused]));
    return cut;
  }

  async setVolume(volumePercent: number): Promise<PlayerState> {
    this.#volumePercent = volumePercent;
    await this.#applyVolume(await this.#keeper.get(this.#limits.openMaxMs));
    return this.state;
  }

  /** Everything in one breath: mpv takes the requests in this order, and silence in between lasts as long as opening a file. */
  async #replaceBy(mpv: MpvProcess, playback: OpenPlayback): Promise<Cut | undefined> {
    const first = this.#isPaused ? undefined : this.#queue.first;
    const position = first && this.#readPosition(mpv, first);
    const replaced = this.#queue.takeAll();
    this.#queue.add(playback);
    playback.watch(this.#clock.wallMs());
    this.#isPaused = false;
    const loaded = this.#load(mpv, playback, 'replace');
    const unpaused = mpv.request('set_property', 'pause', false);
    await position;
    const cut = first?.cut;
    for (const old of replaced) old.finish('interrupted');
    await this.#settled(Promise.all([loaded, unpaused]));
    return cut;
  }

  async #load(mpv: MpvProcess, playback: OpenPlayback, flags: 'replace' | 'append-play'): Promise<void> {
    const { path, offsetMs = 0 } = playback.track;
    try {
      // A path that is not absolute could be read as an option or an address.
      if (!path.startsWith('/')) throw new PlayerFailure(`not an absolute path: ${path}`);
      const options = offsetMs > 0 ? { start: (offsetMs / 1_000).toFixed(3) } : {};
      const answer = await mpv.requestNamed({ name: 'loadfile', url: path, flags, options });
      this.#queue.enter((answer as { playlist_entry_id: number }).playlist_entry_id, playback, (line) => this.#takeEvent(line));
    } catch (error) {
      // With the process gone all that it had ends in `#loseProcess`.
      if (!mpv.isKilled) this.#queue.drop(playback, 'failed', (error as Error).message);
      throw error;
    }
  }

  /** Rejections are told by the end of the playback or of the process, which say more. */
  async #settled(requests: Promise<unknown>): Promise<void> {
    await requests.catch((error: Error) => (this.#problem = error.message));
  }

  async #untilStarted(playback: OpenPlayback): Promise<Started> {
    while (playback.startedAs === undefined && playback.endedAs === undefined) {
      const mpv = this.#keeper.ready;
      if (mpv !== undefined && this.#queue.decoding === playback) await this.#readPosition(mpv, playback);
      if (playback.startedAs === undefined) await this.#queue.change(READ_AT_START_EVERY_MS);
    }
    if (playback.startedAs === undefined) throw new PlayerFailure(playback.endedAs?.problem ?? 'it ended before it sounded');
    return playback.startedAs;
  }

  async #watch(): Promise<void> {
    for (let reading = 0; this.#isOpen; reading++) {
      const mpv = this.#keeper.ready;
      const isHeartbeat = reading % HEARTBEAT_READINGS === 0;
      const first = this.#isPaused ? undefined : this.#queue.first;
      if (mpv !== undefined && first !== undefined) await this.#readPosition(mpv, this.#queue.decoding ?? first);
      if (mpv !== undefined && isHeartbeat) await this.#settled(this.#readVolume(mpv));
      await sleep(READ_EVERY_MS);
    }
  }

  /** Reads where `playback` stands. While the next file is being opened there is no position: the stall watchdog goes on counting. */
  async #readPosition(mpv: MpvProcess, playback: OpenPlayback): Promise<void> {
    const isDecoding = this.#queue.decoding === playback;
    const ask = (name: string) => mpv.request('get_property', name).catch(() => undefined);
    const [position, level] = isDecoding ? await Promise.all([ask('audio-pts'), ask('af-metadata/level')]) : [];
    // Answered after the next file had begun: it tells of that one.
    if (isDecoding && this.#queue.decoding !== playback && this.#queue.includes(playback)) return;
    playback.outputLevelDbfs = meanLevelDbfs(level) ?? playback.outputLevelDbfs;
    playback.takePosition(typeof position === 'number' ? position * 1_000 : undefined, this.#limits.stallAfterMs);
    this.#queue.passSeam(playback);
    if (playback.stallMs < this.#limits.stallMaxMs || playback.endedAs !== undefined) return;
    this.#endsAs = 'stalled';
    mpv.kill(`the output took no sound for ${Math.round(playback.stallMs)} ms`);
  }

  async #applyVolume(mpv: MpvProcess): Promise<void> {
    await mpv.request('set_property', 'volume', this.#volumePercent);
    await mpv.request('set_property', 'mute', false);
    await this.#readVolume(mpv);
  }

  async #readVolume(mpv: MpvProcess): Promise<void> {
    // The output's own volume can be asked only while the output is open.
    const ofOutput = (name: string) => mpv.request('get_property', name).catch(() => undefined);
    const [volume, mute, outputVolume, outputMute] = await Promise.all([
      mpv.request('get_property', 'volume'),
      mpv.request('get_property', 'mute'),
      ofOutput('ao-volume'),
      ofOutput('ao-mute'),
    ]);
    this.#readBack = {
      ...(typeof volume === 'number' && { volumePercent: volume }),
      ...(typeof mute === 'boolean' && { isMuted: mute || outputMute === true }),
      ...(typeof outputVolume === 'number' && { outputVolumePercent: outputVolume }),
    };
  }

  #takeEvent(line: MpvLine): void {
    const problem = this.#queue.takeEvent(line, this.#keeper.ready?.words ?? []);
    if (problem !== undefined) this.#problem = problem;
    if (this.#queue.first === undefined) this.#isPaused = true;
  }

  #loseProcess(failure: PlayerFailure): void {
    this.#problem = this.#isOpen ? failure.message : this.#problem;
    this.#readBack = {};
    this.#isPaused = true;
    this.#queue.finishAll(this.#endsAs, failure.message);
    this.#queue.forget();
    this.#endsAs = 'died';
  }

  #status(first: OpenPlayback | undefined): PlayerState['status'] {
    if (!this.#isOpen) return 'closed';
    if (this.#keeper.ready === undefined) return 'failed';
    if (first === undefined) return 'idle';
    return this.#isPaused ? 'armed' : 'playing';
  }
}

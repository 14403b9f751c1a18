import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { placeChunks } from './recording-timeline.ts';
import type { Chunk, Stretch } from './recording-timeline.ts';

/**
 * A private sound card: PulseAudio with null sinks, in a folder of its own, as any user (root too), without D-Bus.
 * What a player sends to a sink can be recorded from the sink's monitor with the wall-clock time of each sample.
 *
 *   await using card = await SoundCard.create({ sinks: 3 });
 *   const recording = await card.record(0);      // before the player opens: see the block length below
 *   spawn('mpv', ..., { env: card.environment(0) });
 *   recording.samples(fromMs, toMs)
 *
 * How exact the times are: a null sink renders a block at the instant when its first sample is due, and hands the whole block to the
 * monitor at that instant. The block is as long as the smallest latency that a client asked for: 10 ms, since our recorder asks for it;
 * without a recorder it is 2 s and players see their position lag. A chunk's first sample is therefore due when the chunk arrives, less
 * the pipe's delay; the smallest such difference over many chunks removes the scheduling noise. What remains is a bias between -10 ms
 * (a block handed on in two chunks) and about +2 ms. `tests/integration/edge-agent/audio/sound-card.test.ts` bounds it with clicks.
 */
export class SoundCard implements AsyncDisposable {
  readonly #folder: string;
  readonly #daemon: ChildProcess;
  readonly #recordings = new Set<Recording>();
  readonly sinksCount: number;

  private constructor(folder: string, daemon: ChildProcess, sinksCount: number) {
    this.#folder = folder;
    this.#daemon = daemon;
    this.sinksCount = sinksCount;
  }

  static async create({ sinks = 1 }: { sinks?: number } = {}): Promise<SoundCard> {
    const folder = await mkdtemp(join(tmpdir(), 'sound-card-'));
    const lines = Array.from(
      { length: sinks },
      (_, sink) =>
        `load-module module-null-sink sink_name=${sinkName(sink)} rate=${SAMPLE_RATE} channels=1 channel_map=mono norewinds=1`,
    );
    lines.push(
      `load-module module-native-protocol-unix socket=${join(folder, 'pulse.sock')} auth-anonymous=1`,
      `set-default-sink ${sinkName(0)}`,
    );
    await writeFile(join(folder, 'card.pa'), lines.join('\n') + '\n');
    // `setpriv` makes the kernel end the daemon when we die without having closed it.
    const daemon = spawn(
      'setpriv',
      // prettier-ignore
      ['--pdeathsig', 'KILL', 'pulseaudio', '-n', '-F', join(folder, 'card.pa'), '--daemonize=no', '--exit-idle-time=-1',
        '--realtime=no', '--high-priority=no', '--use-pid-file=no', '--disable-shm=yes'],
      { env: privateEnvironment(folder), stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const card = new SoundCard(folder, daemon, sinks);
    try {
      await card.#untilAnswering();
    } catch (error) {
      await card[Symbol.asyncDispose]();
      throw error;
    }
    return card;
  }

  /** What a player process needs in order to sound on this sink and nowhere else. */
  environment(sink = 0): NodeJS.ProcessEnv {
    return { ...process.env, ...privateEnvironment(this.#folder), PULSE_SINK: sinkName(sink) };
  }

  /** Resolves when the first samples have come, so that nothing played afterwards is missed. */
  async record(sink = 0): Promise<Recording> {
    const recording = new Recording(
      spawn(
        'setpriv',
        // prettier-ignore
        ['--pdeathsig', 'KILL', 'parec', `--device=${sinkName(sink)}.monitor`, '--format=s16le', `--rate=${SAMPLE_RATE}`, '--channels=1',
          '--latency-msec=10', '--raw'],
        { env: privateEnvironment(this.#folder), stdio: ['ignore', 'pipe', 'pipe'] },
      ),
    );
    this.#recordings.add(recording);
    await recording.begun;
    return recording;
  }

  /** A suspended sink consumes nothing: players stall without any event, like a card that has fallen off its bus. */
  async suspend(sink: number, suspended: boolean): Promise<void> {
    await this.control('suspend-sink', sinkName(sink), suspended ? '1' : '0');
  }

  async control(...args: string[]): Promise<string> {
    const child = spawn('pactl', args, {
      env: privateEnvironment(this.#folder),
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 10_000,
    });
    const output = { text: '', problem: '' };
    child.stdout.on('data', (bytes: Buffer) => (output.text += bytes.toString()));
    child.stderr.on('data', (bytes: Buffer) => (output.problem += bytes.toString()));
    const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
    if (code !== 0) throw new Error(`pactl ${args.join(' ')}: ${output.problem.trim() || `exit ${code}`}`);
    return output.text;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#recordings].map((recording) => recording.stop()));
    await endProcess(this.#daemon);
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #untilAnswering(): Promise<void> {
    let problem = '';
    this.#daemon.stderr?.on('data', (bytes: Buffer) => (problem = (problem + bytes.toString()).slice(-2_000)));
    const failed = new Promise<never>((_, reject) => {
      this.#daemon.once('error', (cause) => reject(new Error('pulseaudio or setpriv cannot be started', { cause })));
      this.#daemon.once('exit', (code) => reject(new Error(`pulseaudio ended with ${code}: ${problem.trim()}`)));
    });
    failed.catch(() => {});
    const deadlineMs = Date.now() + 15_000;
    for (;;) {
      try {
        return void (await Promise.race([this.control('info'), failed]));
      } catch (error) {
        if (this.#daemon.exitCode !== null || this.#daemon.pid === undefined || Date.now() > deadlineMs) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }
}

/** What one sink was given, from the moment of `record` until `stop`. 16-bit mono; about 6 MB a minute are held in memory. */
export class Recording {
  readonly sampleRate = SAMPLE_RATE;
  readonly begun: Promise<void>;
  readonly #recorder: ChildProcess;
  readonly #chunks: (Chunk & { samples: Int16Array })[] = [];
  #samplesCount = 0;
  #odd = Buffer.alloc(0);

  constructor(recorder: ChildProcess) {
    this.#recorder = recorder;
    this.begun = new Promise((resolve, reject) => {
      let problem = '';
      recorder.stderr?.on('data', (bytes: Buffer) => (problem = (problem + bytes.toString()).slice(-500)));
      recorder.once('error', (cause) => reject(new Error('parec or setpriv cannot be started', { cause })));
      recorder.once('exit', (code) => reject(new Error(`parec ended with ${code}: ${problem.trim()}`)));
      recorder.stdout?.on('data', (bytes: Buffer) => {
        this.#take(bytes);
        resolve();
      });
    });
    this.begun.catch(() => {});
  }

  /** The wall-clock time (epoch ms) of the first sample held. */
  get beginsAtMs(): number {
    return this.#stretches()[0]?.atMs ?? Number.NaN;
  }

  /** The wall-clock time up to which samples have come. */
  get reachedMs(): number {
    const last = this.#stretches().at(-1);
    return last === undefined ? Number.NaN : last.atMs + (last.count * 1_000) / SAMPLE_RATE;
  }

  /** Samples of this span, -1 … 1. Where the sink was suspended nothing was rendered: those stand as zeros, as does what is outside. */
  samples(fromMs: number, toMs: number): Float32Array {
    const result = new Float32Array(Math.max(0, Math.round(((toMs - fromMs) * SAMPLE_RATE) / 1_000)));
    for (const stretch of this.#stretches()) {
      const shift = Math.round(((stretch.atMs - fromMs) * SAMPLE_RATE) / 1_000) - stretch.first;
      const until = stretch.first + stretch.count;
      for (const chunk of this.#chunks) {
        if (chunk.first < stretch.first || chunk.first >= until) continue;
        const start = chunk.first + shift;
        const from = Math.max(0, -start);
        const to = Math.min(chunk.samples.length, result.length - start);
        for (let index = from; index < to; index++) result[start + index] = (chunk.samples[index] as number) / 32_768;
      }
    }
    return result;
  }

  async stop(): Promise<void> {
    await endProcess(this.#recorder);
  }

  #take(bytes: Buffer): void {
    const arrivedAtMs = performance.timeOrigin + performance.now();
    const whole = this.#odd.length > 0 ? Buffer.concat([this.#odd, bytes]) : bytes;
    const count = whole.length >> 1;
    const samples = new Int16Array(count);
    for (let index = 0; index < count; index++) samples[index] = whole.readInt16LE(index * 2);
    this.#odd = Buffer.from(whole.subarray(count * 2));
    this.#chunks.push({ first: this.#samplesCount, count, arrivedAtMs, samples });
    this.#samplesCount += count;
  }

  #stretches(): Stretch[] {
    return placeChunks(this.#chunks, SAMPLE_RATE);
  }
}

const SAMPLE_RATE = 48_000;

function sinkName(sink: number): string {
  return `speaker-${sink}`;
}

function privateEnvironment(folder: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    HOME: folder,
    XDG_RUNTIME_DIR: folder,
    XDG_CONFIG_HOME: folder,
    PULSE_RUNTIME_PATH: folder,
    PULSE_SERVER: `unix:${join(folder, 'pulse.sock')}`,
    DBUS_SESSION_BUS_ADDRESS: 'disabled:',
  };
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

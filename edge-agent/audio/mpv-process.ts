import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { z } from 'zod';
import { PlayerFailure, whyNotStarted } from './player.ts';

/** One life of one mpv: it starts, answers, reports events, and is gone. It knows nothing of tracks. */

const MpvLine = z.object({
  event: z.string().optional(),
  request_id: z.number().optional(),
  error: z.string().optional(),
  data: z.unknown().optional(),
  name: z.string().optional(),
  reason: z.string().optional(),
  file_error: z.string().optional(),
  playlist_entry_id: z.number().optional(),
  prefix: z.string().optional(),
  text: z.string().optional(),
});
export type MpvLine = z.infer<typeof MpvLine>;

export interface MpvProcessOptions {
  command: string;
  /** As mpv names it: `pulse`, `alsa/hw:0`, `null`. */
  audioOutput: string;
  environment: NodeJS.ProcessEnv | undefined;
  answerMaxMs: number;
  /** For the first answer, which waits for the process to begin. */
  openMaxMs: number;
  onEvent(line: MpvLine): void;
}

const LINE_MAX_BYTES = 1_000_000;
const WORDS_MAX = 3;
const CLOSED_LINK_MAX_MS = 500;

interface Question {
  resolve(data: unknown): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout;
}

export class MpvProcess {
  /** Resolves with why, once the process has ended. */
  readonly gone: Promise<PlayerFailure>;
  /** mpv's last warnings on the file of now, newest last. */
  readonly words: string[] = [];
  readonly #child: ChildProcess;
  readonly #link: Duplex;
  readonly #options: MpvProcessOptions;
  readonly #questions = new Map<number, Question>();
  #lastRequestId = 0;
  #limitMs: number;
  #unread = '';
  #killedWhy: string | undefined;

  constructor(options: MpvProcessOptions) {
    this.#options = options;
    this.#limitMs = options.openMaxMs;
    // mpv quits when its end of this socket pair closes: no socket file, nobody else can speak to it, and it does not outlive us.
    this.#child = spawn(options.command, mpvArguments(options.audioOutput), {
      env: options.environment,
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    this.#link = this.#child.stdio[3] as Duplex;
    this.gone = new Promise((resolve) => {
      this.#child.once('error', (cause) =>
        resolve(
          new PlayerFailure(`${options.command} cannot be started: ${whyNotStarted(options.command, cause)}`, {
            cause,
            isPermanent: true,
          }),
        ),
      );
      this.#child.once('exit', (code, signal) => resolve(new PlayerFailure(this.#killedWhy ?? this.#exitWords(code, signal))));
    });
    void this.gone.then((failure) => this.#abandonQuestions(failure));
    this.#link.setEncoding('utf8');
    this.#link.on('data', (text: string) => this.#read(text));
    this.#link.on('error', (error) => this.kill(`the link to ${options.command} broke: ${error.message}`));
    // Usually the process is ending and will say why itself.
    this.#link.on('close', () => setTimeout(() => this.kill(`${options.command} closed its link`), CLOSED_LINK_MAX_MS));
  }

  /** Ended, or about to: nothing that it is asked will be answered. */
  get isKilled(): boolean {
    return this.#link.destroyed;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Requests are answered in the order given. Rejects with mpv's own words. */
  request(...command: [string, ...unknown[]]): Promise<unknown> {
    return this.#send(command, command[0]);
  }

  /** For commands whose order of arguments differs between versions of mpv. */
  requestNamed(command: { name: string } & Record<string, unknown>): Promise<unknown> {
    return this.#send(command, command.name);
  }

  kill(why: string): void {
    this.#killedWhy ??= this.#child.exitCode === null && this.#child.signalCode === null ? why : undefined;
    this.#child.kill('SIGKILL');
    this.#link.destroy();
  }

  #send(command: unknown, name: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#link.destroyed) return reject(new PlayerFailure(this.#killedWhy ?? 'the player has ended'));
      const requestId = ++this.#lastRequestId;
      this.#questions.set(requestId, { resolve, reject, timer: this.#setTimer(name, requestId) });
      this.#link.write(JSON.stringify({ command, request_id: requestId }) + '\n');
    });
  }

  #setTimer(name: string, requestId: number): NodeJS.Timeout {
    const limitMs = this.#limitMs;
    const dueMs = performance.now() + limitMs;
    return setTimeout(() => {
      const question = this.#questions.get(requestId);
      if (question === undefined) return;
      // A timer that fires late proves that we were held up, not mpv: its answer may lie unread, so the wait begins again.
      if (performance.now() - dueMs > limitMs / 4) question.timer = this.#setTimer(name, requestId);
      else this.kill(`${this.#options.command} gave no answer to "${name}" in ${limitMs} ms`);
    }, limitMs);
  }

  #read(text: string): void {
    this.#unread += text;
    for (let end = this.#unread.indexOf('\n'); end >= 0; end = this.#unread.indexOf('\n')) {
      const line = this.#unread.slice(0, end);
      this.#unread = this.#unread.slice(end + 1);
      if (line !== '') this.#take(line);
    }
    if (this.#unread.length > LINE_MAX_BYTES) this.kill(`${this.#options.command} sent a line without end`);
  }

  #take(text: string): void {
    let line: MpvLine;
    try {
      line = MpvLine.parse(JSON.parse(text));
    } catch {
      return this.kill(`${this.#options.command} sent what is not its protocol: ${text.slice(0, 80)}`);
    }
    if (line.event === 'log-message') {
      this.words.push(`${line.prefix}: ${line.text?.trim()}`);
      if (this.words.length > WORDS_MAX) this.words.shift();
    } else if (line.event !== undefined) {
      if (line.event === 'start-file') this.words.length = 0;
      this.#options.onEvent(line);
    } else if (line.request_id !== undefined) {
      this.#answer(line.request_id, line);
    }
  }

  #answer(requestId: number, line: MpvLine): void {
    const question = this.#questions.get(requestId);
    if (question === undefined) return;
    this.#questions.delete(requestId);
    this.#limitMs = this.#options.answerMaxMs;
    clearTimeout(question.timer);
    if (line.error === 'success') question.resolve(line.data);
    else question.reject(new PlayerFailure(line.error ?? 'no reason given'));
  }

  #abandonQuestions(failure: PlayerFailure): void {
    for (const question of this.#questions.values()) {
      clearTimeout(question.timer);
      question.reject(failure);
    }
    this.#questions.clear();
    this.#link.destroy();
  }

  #exitWords(code: number | null, signal: NodeJS.Signals | null): string {
    const last = this.words.at(-1);
    return `${this.#options.command} ended with ${signal ?? code}${last === undefined ? '' : ` (${last})`}`;
  }
}

function mpvArguments(audioOutput: string): string[] {
  const [driver, ...rest] = audioOutput.split('/');
  const card = rest.join('/');
  return [
    '--no-config',
    '--no-terminal',
    '--load-scripts=no',
    '--ytdl=no',
    '--input-default-bindings=no',
    '--idle=yes',
    '--keep-open=no',
    '--pause=yes',
    '--no-video',
    '--audio-display=no',
    '--audio-file-auto=no',
    '--sub-auto=no',
    '--cover-art-auto=no',
    // Only sound files: no playlists, no references to other files or addresses.
    '--demuxer=lavf',
    '--demuxer-lavf-o=format_whitelist=[ogg,mp3,wav,flac],protocol_whitelist=[file]',
    '--cache-pause=no',
    '--hr-seek=yes',
    // One output format for all tracks, and the next file opened ahead: no gap from one to the next.
    '--gapless-audio=yes',
    '--prefetch-playlist=yes',
    '--audio-samplerate=48000',
    '--audio-channels=mono',
    '--audio-pitch-correction=no',
    '--audio-buffer=0.1',
    // Without its card it must fail, not pretend.
    '--audio-fallback-to-null=no',
    `--ao=${driver}`,
    ...(card === '' ? [] : [`--audio-device=${driver}/${card}`]),
    // Level before volume, over the whole track so far: the filter begins anew with each file.
    '--af=@level:lavfi=[astats=metadata=1:measure_perchannel=none:measure_overall=RMS_level+Number_of_samples]',
    '--input-ipc-client=fd://3',
  ];
}

import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import { PlayerFailure, whyNotStarted } from './player.ts';

/** One life of one `mpg123 -R`: lines in, lines out. It ends when its input closes, so it does not outlive us. */
export interface Mpg123ProcessOptions {
  command: string;
  /** As for mpv: `pulse`, `alsa/hw:0`. */
  audioOutput: string;
  environment: NodeJS.ProcessEnv | undefined;
  onLine(line: string): void;
}

const WORDS_MAX = 500;

export class Mpg123Process {
  readonly gone: Promise<PlayerFailure>;
  readonly #child: ChildProcessWithoutNullStreams;
  #killedWhy: string | undefined;
  #words = '';
  #heardAtMs = 0;

  constructor({ command, audioOutput, environment, onLine }: Mpg123ProcessOptions) {
    const [driver = '', ...card] = audioOutput.split('/');
    const output = card.length > 0 ? ['-o', driver, '-a', card.join('/')] : ['-o', driver];
    // A small device buffer: what stands in it is still heard when an emergency breaks in.
    this.#child = spawn(command, ['-R', '--devbuffer', '0.1', ...output], { env: environment });
    this.gone = new Promise((resolve) => {
      this.#child.once('error', (cause) =>
        resolve(
          new PlayerFailure(`${command} cannot be started: ${whyNotStarted(command, cause)}`, { cause, isPermanent: true }),
        ),
      );
      this.#child.once('exit', (code, signal) =>
        resolve(
          new PlayerFailure(
            this.#killedWhy ?? [`${command} ended with ${signal ?? code}`, this.lastWords].filter(Boolean).join('; '),
          ),
        ),
      );
    });
    this.#child.stdin.on('error', (error) => this.kill(`the link to ${command} broke: ${error.message}`));
    this.#child.stderr.on('data', (bytes: Buffer) => (this.#words = (this.#words + bytes.toString()).slice(-WORDS_MAX)));
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      this.#heardAtMs = performance.now();
      onLine(line);
    });
  }

  /** When it last said anything; monotonic. */
  get heardAtMs(): number {
    return this.#heardAtMs;
  }

  /** Its last complaint about the file of now. */
  get lastWords(): string {
    return this.#words.trim().split('\n').at(-1) ?? '';
  }

  order(line: string): void {
    if (line.startsWith('LOAD')) this.#words = '';
    if (this.#child.stdin.writable) this.#child.stdin.write(line + '\n');
  }

  kill(why: string): void {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#killedWhy ??= why;
    this.#child.kill('SIGKILL');
  }
}

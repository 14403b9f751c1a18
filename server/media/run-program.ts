// Runs one child program to its end: time limit, abort, bounded memory, the last lines it said in the error.
import { spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { StringDecoder } from 'node:string_decoder';
import { Problem } from '../lib/problem.ts';
import { asDiskFull, isDiskFullLine } from './disk-full.ts';

const LAST_LINES_MAX = 12;
const LINE_LENGTH_MAX = 500;

export interface RunLimits {
  signal?: AbortSignal | undefined;
  timeLimitMs: number;
  /** 0 = as important as the server itself; 10 leaves the processor to everything else. */
  niceness?: number | undefined;
}

export interface ProgramRun extends RunLimits {
  program: string;
  args: string[];
  /** What to do where the program is missing, e.g. `apt-get install ffmpeg`. */
  install: string;
  stdin?: string;
  stdoutMaxBytes?: number;
  /** Takes stdout instead of the outcome; closed in every case. Its own error, a full disk for one, ends the run. */
  stdoutTo?: Writable;
  /** Every line of stderr; carriage returns end a line too. */
  onLine?: (line: string) => void;
}

export interface ProgramOutcome {
  stdout: string;
  lastLines: string[];
}

/** The program ran and did not succeed. Whether that is the input's fault is for the caller to say. */
export class ProgramFailed extends Error {
  readonly reason: 'exit-code' | 'killed' | 'time-limit' | 'output-too-large';
  readonly lastLines: string[];

  constructor(program: string, reason: ProgramFailed['reason'], description: string, lastLines: string[]) {
    super(`${program} ${description}${lastLines.length > 0 ? `: ${lastLines.slice(-3).join(' | ')}` : ''}`);
    this.name = 'ProgramFailed';
    this.reason = reason;
    this.lastLines = lastLines;
  }
}

export function abortErrorOf(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  if (reason instanceof Error && reason.name === 'AbortError') return reason;
  const error = new Error('aborted', { cause: reason });
  error.name = 'AbortError';
  return error;
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortErrorOf(signal);
}

/** Settles only when the child is gone and its pipes are closed, also after an abort. */
export function runProgram(run: ProgramRun): Promise<ProgramOutcome> {
  if (run.signal?.aborted) run.stdoutTo?.destroy();
  throwIfAborted(run.signal);
  return new Promise((resolve, reject) => {
    const child = spawn(run.program, run.args, { stdio: ['pipe', 'pipe', 'pipe'] });
    const stderr = new LineTail((line) => run.onLine?.(line));
    const stdout: Buffer[] = [];
    let stdoutBytes = 0;
    let stopped: 'aborted' | 'time-limit' | 'output-too-large' | undefined;
    const stop = (why: NonNullable<typeof stopped>): void => {
      stopped ??= why;
      child.kill('SIGKILL');
      // A program of the program's own may hold the pipes open; without this we would wait for it.
      child.stdout.destroy();
      child.stderr.destroy();
    };
    const onAbort = (): void => stop('aborted');
    const timer = setTimeout(() => stop('time-limit'), run.timeLimitMs);
    run.signal?.addEventListener('abort', onAbort, { once: true });
    const tidy = (): void => {
      clearTimeout(timer);
      run.signal?.removeEventListener('abort', onAbort);
    };

    child.once('spawn', () => lowerPriority(child.pid, run.niceness ?? 0));
    child.once('error', (error: NodeJS.ErrnoException) => {
      tidy();
      run.stdoutTo?.destroy();
      const isMissing = error.code === 'ENOENT' || error.code === 'EACCES';
      reject(isMissing ? new Problem('engine-missing', { program: run.program, install: run.install }, { cause: error }) : error);
    });
    // A child that ends without reading all of its input is judged by its exit code, not by the broken pipe.
    child.stdin.on('error', () => undefined);
    child.stdin.end(run.stdin ?? '');
    child.stderr.on('data', (chunk: Buffer) => stderr.append(chunk));
    child.stdout.on('data', (chunk: Buffer) => {
      stdoutBytes += chunk.length;
      if (stdoutBytes > (run.stdoutMaxBytes ?? 1_000_000)) stop('output-too-large');
      else if (!run.stdoutTo) stdout.push(chunk);
    });
    let writeError: unknown;
    const written = run.stdoutTo ? pipeline(child.stdout, run.stdoutTo) : Promise.resolve();
    const settled = written.catch((error: unknown) => {
      writeError = error;
      child.kill('SIGKILL');
    });
    child.once('close', async (exitCode, killedBy) => {
      tidy();
      await settled;
      stderr.end();
      const fail = (reason: ProgramFailed['reason'], description: string): void =>
        reject(new ProgramFailed(run.program, reason, description, stderr.lines));
      if (stopped === 'aborted' && run.signal) reject(abortErrorOf(run.signal));
      else if (stopped === undefined && writeError !== undefined) reject(asDiskFull(writeError, run.program));
      // Looked at before the exit code: a program can fail to write its last bytes and still end with 0.
      else if (stderr.isDiskFull) reject(new Problem('disk-full', { program: run.program }));
      else if (stopped === 'time-limit') fail('time-limit', `took longer than ${run.timeLimitMs} ms`);
      else if (stopped === 'output-too-large') fail('output-too-large', 'wrote more than its limit');
      else if (killedBy !== null) fail('killed', `was killed by ${killedBy}`);
      else if (exitCode !== 0) fail('exit-code', `ended with exit code ${exitCode}`);
      else resolve({ stdout: Buffer.concat(stdout).toString('utf8'), lastLines: stderr.lines });
    });
  });
}

function lowerPriority(pid: number | undefined, niceness: number): void {
  if (pid === undefined || niceness === 0) return;
  try {
    setPriority(pid, niceness);
  } catch {
    // It has ended already, or may not be slowed: either way the work itself is not in question.
  }
}

class LineTail {
  readonly lines: string[] = [];
  isDiskFull = false;
  #rest = '';
  readonly #decoder = new StringDecoder('utf8');
  readonly #onLine: (line: string) => void;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  append(chunk: Buffer): void {
    const parts = (this.#rest + this.#decoder.write(chunk)).split(/\r\n|\r|\n/);
    this.#rest = (parts.pop() ?? '').slice(-4 * LINE_LENGTH_MAX);
    for (const part of parts) this.#take(part);
  }

  end(): void {
    this.#take(this.#rest);
    this.#rest = '';
  }

  #take(whole: string): void {
    const line = whole.slice(0, LINE_LENGTH_MAX).trimEnd();
    if (line === '') return;
    this.isDiskFull ||= isDiskFullLine(line);
    this.#onLine(line);
    // Kept lines are for the error text; statistics that rewrite themselves say nothing there.
    if (/^size=.*time=/.test(line)) return;
    this.lines.push(line);
    if (this.lines.length > LAST_LINES_MAX) this.lines.shift();
  }
}

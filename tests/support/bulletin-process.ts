import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ApiClient } from './api-client.ts';
import { PASSWORD } from './bulletin-bench.ts';

const SCRIPT = fileURLToPath(new URL('bulletin-server.ts', import.meta.url));

/** `BulletinBench` in a process of its own, on a data folder that a bench has made before. */
export class BulletinProcess implements AsyncDisposable {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#child = child;
  }

  static async start(dataFolder: string): Promise<BulletinProcess> {
    const child = spawn(process.execPath, ['--import', 'tsx', SCRIPT, dataFolder], { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout });
    const ended = once(child, 'exit').then(([code]) =>
      Promise.reject(new Error(`the process ended with ${String(code)} at its start`)),
    );
    ended.catch(() => undefined);
    const [url] = (await Promise.race([once(lines, 'line'), ended])) as [string];
    return new BulletinProcess(url, child);
  }

  as(username: string): Promise<ApiClient> {
    return ApiClient.signIn(this.url, username, PASSWORD);
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const START_MAX_MS = 60_000;

/** The real server in a process of its own, on loopback. */
export class ServerProcess implements AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly dataFolder: string;
  /** Of the first administrator; only a new data folder gives one. */
  readonly password: string | undefined;
  readonly child: ChildProcess;
  readonly #log: string[];

  private constructor(parts: Pick<ServerProcess, 'url' | 'port' | 'dataFolder' | 'password' | 'child'>, log: string[]) {
    this.url = parts.url;
    this.port = parts.port;
    this.dataFolder = parts.dataFolder;
    this.password = parts.password;
    this.child = parts.child;
    this.#log = log;
  }

  /** `environment`: settings as in server/config.ts; quiet hours are off unless given, so that tests run at any hour. */
  static async start(dataFolder: string, environment: Record<string, string> = {}, port = 0): Promise<ServerProcess> {
    const child = spawn(process.execPath, ['--import', 'tsx', 'server/main.ts', '--port', String(port), '--data', dataFolder], {
      cwd: ROOT,
      env: { ...process.env, TT_HOST: '127.0.0.1', TT_QUIET_HOURS: '', TT_LOG_LEVEL: 'warn', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const log: string[] = [];
    const note = (line: string) => void (log.push(line) > 2_000 && log.shift());
    createInterface({ input: child.stderr }).on('line', note);
    const lines = createInterface({ input: child.stdout });
    lines.on('line', note);
    const started = await new Promise<{ url: string; password: string | undefined }>((resolve, reject) => {
      let password: string | undefined;
      const tooLong = setTimeout(
        () => reject(new Error(`the server did not start in ${START_MAX_MS} ms:\n${log.join('\n')}`)),
        START_MAX_MS,
      );
      child.once('exit', (code) => {
        clearTimeout(tooLong);
        reject(new Error(`the server ended with ${code} at its start:\n${log.join('\n')}`));
      });
      lines.on('line', (line) => {
        password = /first administrator: admin, password: (\S+)/.exec(line)?.[1] ?? password;
        const url = /truyen-thanh listens at (http:\/\/\S+)/.exec(line)?.[1];
        if (url === undefined) return;
        clearTimeout(tooLong);
        resolve({ url: url.replace('0.0.0.0', '127.0.0.1'), password });
      });
    });
    child.removeAllListeners('exit');
    return new ServerProcess({ ...started, port: Number(new URL(started.url).port), dataFolder, child }, log);
  }

  /** The newest lines of its log. */
  log(): string {
    return this.#log.join('\n');
  }

  async kill(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill(signal);
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill('SIGTERM');
  }
}

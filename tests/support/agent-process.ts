import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** The bundled file that a receiver runs; `npm run build` makes it. */
const BUNDLE = 'dist/truyen-thanh-agent.cjs';

/** The real agent, as bundled for receivers, in a process of its own. */
export class AgentProcess implements AsyncDisposable {
  readonly dataFolder: string;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #log: string[] = [];
  #child: ChildProcess | undefined;

  constructor(dataFolder: string, environment: NodeJS.ProcessEnv) {
    this.dataFolder = dataFolder;
    this.#environment = { ...process.env, ...environment, TT_AGENT_DATA: dataFolder };
  }

  /** @throws when the bundle has not been built. */
  async enrol(enrolmentString: string): Promise<void> {
    if (!existsSync(join(ROOT, BUNDLE))) throw new Error(`${BUNDLE} is missing: npm run build makes it`);
    await promisify(execFile)(process.execPath, [BUNDLE, 'enrol', enrolmentString], { cwd: ROOT, env: this.#environment });
  }

  run(): void {
    const child = spawn(process.execPath, [BUNDLE, 'run'], {
      cwd: ROOT,
      env: this.#environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => void (this.#log.push(line) > 2_000 && this.#log.shift()));
    }
    this.#child = child;
  }

  log(): string {
    return this.#log.join('\n');
  }

  async kill(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill('SIGTERM');
  }
}

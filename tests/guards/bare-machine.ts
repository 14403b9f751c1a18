import { execFileSync, spawnSync } from 'node:child_process';
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TempFolder } from '../support/temp-folder.ts';

const SHELL_TOOLS = ['bash', 'cat', 'dirname', 'env', 'flock', 'realpath', 'sort', 'tr'];
/** What ./scripts/test asks for, and the compilers. */
export const PROGRAMS = [
  'redis-server',
  'ffmpeg',
  'ffprobe',
  'espeak-ng',
  'mpv',
  'mpg123',
  'pulseaudio',
  'pactl',
  'chromium',
  'g++',
  'make',
  'python3',
];

interface Machine {
  programs: string[];
  userId: number;
  nodeVersion?: string;
  /** Whether node_modules is what the lock file asks for. */
  isInstalled?: boolean;
}

/** A machine with these programs and no others. apt-get, npm and the server's node only note how they were called. */
export class BareMachine implements AsyncDisposable {
  readonly #folder: TempFolder;

  private constructor(folder: TempFolder) {
    this.#folder = folder;
  }

  static async create({ programs, userId, nodeVersion, isInstalled = true }: Machine): Promise<BareMachine> {
    const machine = new BareMachine(await TempFolder.create());
    await mkdir(machine.path('bin'));
    await mkdir(machine.path('scripts'));
    await mkdir(machine.path('elsewhere'));
    for (const script of ['install-needs', 'start'])
      await symlink(join(process.cwd(), 'scripts', script), machine.path(`scripts/${script}`));
    for (const tool of SHELL_TOOLS) {
      await symlink(execFileSync('bash', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim(), machine.path(`bin/${tool}`));
    }
    for (const program of programs) await machine.addProgram(program, 'true');
    await machine.addProgram('id', `echo ${userId}`);
    for (const noted of ['apt-get', 'npm', 'systemctl'])
      await machine.addProgram(noted, `echo "${noted} $*" >> "${machine.path('calls')}"`);
    const asServer = `case "$1" in --import) echo "node $*" >> "${machine.path('calls')}" ;; *) exec "${process.execPath}" "$@" ;; esac`;
    await machine.addProgram('node', nodeVersion === undefined ? asServer : `[ "$1" = -v ] && echo ${nodeVersion} || exit 1`);

    const packages = {
      '': {},
      'node_modules/zod': { version: '4.0.0', integrity: 'a' },
      'node_modules/fsevents': { version: '2.0.0', optional: true },
    };
    await writeFile(machine.path('package-lock.json'), JSON.stringify({ packages }));
    await mkdir(machine.path('node_modules'));
    const installed = { 'node_modules/zod': { version: isInstalled ? '4.0.0' : '3.0.0', integrity: 'a' } };
    await writeFile(machine.path('node_modules/.package-lock.json'), JSON.stringify({ packages: installed }));
    return machine;
  }

  path(name: string): string {
    return join(this.#folder.path, name);
  }

  async addProgram(name: string, body: string): Promise<void> {
    await writeFile(this.path(`bin/${name}`), `#!${this.path('bin/bash')}\n${body}\n`);
    await chmod(this.path(`bin/${name}`), 0o755);
  }

  run(script: string, ...args: string[]): { status: number | null; stdout: string; stderr: string } {
    // By a path inside this machine, so that the script takes this folder for its project.
    const { status, stdout, stderr } = spawnSync(this.path('bin/bash'), [this.path(`scripts/${script}`), ...args], {
      cwd: this.path('elsewhere'),
      env: { PATH: this.path('bin') },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return { status, stdout, stderr };
  }

  async calls(): Promise<string[]> {
    const noted = await readFile(this.path('calls'), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    return noted.split('\n').filter((line) => line !== '');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folder[Symbol.asyncDispose]();
  }
}

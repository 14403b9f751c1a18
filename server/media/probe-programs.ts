// Which outside programs sound is made with, and whether they are there.
import { isProblem } from '../lib/problem.ts';
import { ProgramFailed, runProgram } from './run-program.ts';

/** Names looked up in PATH, or absolute paths. */
export interface MediaPrograms {
  ffmpeg: string;
  ffprobe: string;
  espeakNg: string;
}

export const defaultPrograms: MediaPrograms = { ffmpeg: 'ffmpeg', ffprobe: 'ffprobe', espeakNg: 'espeak-ng' };

export const installOf: Record<keyof MediaPrograms, string> = {
  ffmpeg: 'apt-get install ffmpeg',
  ffprobe: 'apt-get install ffmpeg',
  espeakNg: 'apt-get install espeak-ng',
};

export interface ProgramPresence {
  program: string;
  state: 'present' | 'missing' | 'broken';
  version: string | null;
  /** What to install where it is not present. */
  install: string;
  reason: string | null;
}

const PROBE_TIME_LIMIT_MS = 15_000;

export async function probePrograms(programs: MediaPrograms = defaultPrograms): Promise<ProgramPresence[]> {
  return Promise.all([
    probeProgram(programs.ffmpeg, ['-hide_banner', '-version'], installOf.ffmpeg),
    probeProgram(programs.ffprobe, ['-hide_banner', '-version'], installOf.ffprobe),
    probeProgram(programs.espeakNg, ['--version'], installOf.espeakNg),
  ]);
}

async function probeProgram(program: string, args: string[], install: string): Promise<ProgramPresence> {
  try {
    const { stdout } = await runProgram({ program, args, install, timeLimitMs: PROBE_TIME_LIMIT_MS });
    const version = /(?:version|text-to-speech:)\s+(\S+)/.exec(stdout)?.[1] ?? null;
    return { program, state: 'present', version, install, reason: null };
  } catch (error) {
    if (isProblem(error, 'engine-missing')) return { program, state: 'missing', version: null, install, reason: null };
    if (error instanceof ProgramFailed) return { program, state: 'broken', version: null, install, reason: error.message };
    throw error;
  }
}

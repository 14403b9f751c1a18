/** What the agent plays sound through. `mpv-player.ts` is the usual one, `mpg123-player.ts` the light one for tiny boards. */

export interface Track {
  /** Absolute path of a file that is whole and checked. */
  path: string;
  /** Decoded duration of the whole file, as the server measured it. */
  expectedMs: number;
  /** Where in the file to begin, for what resumes after an interruption. */
  offsetMs?: number;
}

export interface Started {
  /** Wall-clock instant (epoch ms) at which the first sample left the player, by its position. */
  startedAtMs: number;
  /** That instant less the one asked for; for an appended track, less the end of the one before by its expected duration. */
  latencyMs: number;
}

export interface Cut {
  /** Place in the file, to resume from. */
  positionMs: number;
  playedMs: number;
}

/**
 * `end` says only that the player met the end of the file: a truncated file ends as well, so compare `playedMs` with what was expected.
 * `stalled`: the output took no more sound and the player was restarted. `died`: the player's process ended or stopped answering.
 */
export type EndReason = 'end' | 'stopped' | 'interrupted' | 'failed' | 'stalled' | 'died';

export interface Ending extends Cut {
  reason: EndReason;
  startedAtMs?: number;
  endedAtMs: number;
  /** Time during which it should have sounded and the position stood still, and how often that happened. */
  stalledMs: number;
  stallsCount: number;
  /** Mean level before volume; absent where it was not measured. -120 stands for digital silence. */
  outputLevelDbfs?: number;
  /** The player's own words. */
  problem?: string;
}

/** One track on its way through the player. */
export interface Playback {
  readonly track: Track;
  /** Undefined when it ended without having sounded. Never rejects. */
  readonly started: Promise<Started | undefined>;
  /** Never rejects. */
  readonly ended: Promise<Ending>;
}

export interface PlayerState {
  /** `failed`: no player process at the moment, another one is on its way. */
  status: 'closed' | 'opening' | 'idle' | 'armed' | 'playing' | 'failed';
  /** Of what is armed or playing now. */
  path?: string;
  positionMs?: number;
  playedMs?: number;
  isStalled: boolean;
  /** As read back from the player; absent where it cannot be read. */
  volumePercent?: number;
  isMuted?: boolean;
  /** Volume of the sound system or card behind the player, where it tells. */
  outputVolumePercent?: number;
  restartsCount: number;
  /** Why the last process or track failed, in the player's own words. */
  problem?: string;
}

/** Everything waits for a limited time; what fails rejects with `PlayerFailure`. One caller at a time gives orders. */
export interface Player {
  open(): Promise<void>;
  close(): Promise<void>;
  /** Loads and decodes but keeps silent; resolves when an unpause would sound at once. Refused while something sounds. */
  arm(track: Track): Promise<Playback>;
  /**
   * To follow without a gap whatever is armed, sounding or appended before. Whole tracks only: an offset is refused.
   * Check the file first: a broken one costs the last 0.2 s of the track before it (which its `playedMs` then tells).
   */
  append(track: Track): Promise<Playback>;
  /** Lets what is armed sound at an instant of the local clock (epoch ms; at once when past). Aborted before: stays armed. */
  start(at: number | 'now', signal?: AbortSignal): Promise<Started>;
  /** Sounds at once in place of everything armed, sounding or appended. `cut`: where that stood, if anything had sounded. */
  interrupt(track: Track): Promise<{ cut: Cut | undefined; playback: Playback; started: Started }>;
  /** Silence, and nothing armed or appended any more. */
  stop(): Promise<Cut | undefined>;
  /** Resolves with what was read back. */
  setVolume(volumePercent: number): Promise<PlayerState>;
  readonly state: PlayerState;
}

/** The player could not do it; the text is the player's own words. */
export class PlayerFailure extends Error {
  readonly isPermanent: boolean;

  constructor(words: string, options: ErrorOptions & { isPermanent?: boolean } = {}) {
    super(words, options);
    this.name = 'PlayerFailure';
    this.isPermanent = options.isPermanent ?? false;
  }
}

export interface PlayerLimits {
  /** A player that leaves a question unanswered for so long is hung. */
  answerMaxMs: number;
  /** Until a new process answers. */
  openMaxMs: number;
  /** From loading a file to its first decoded sound. */
  armMaxMs: number;
  /** A position that stands still for so long is a stall … */
  stallAfterMs: number;
  /** … and a stall of this length ends the track and restarts the player. */
  stallMaxMs: number;
  restartDelayMinMs: number;
  restartDelayMaxMs: number;
}

export const playerLimits: PlayerLimits = {
  answerMaxMs: 1_000,
  openMaxMs: 10_000,
  armMaxMs: 5_000,
  stallAfterMs: 2_000,
  stallMaxMs: 6_000,
  restartDelayMinMs: 100,
  restartDelayMaxMs: 30_000,
};

export function whyNotStarted(command: string, cause: NodeJS.ErrnoException): string {
  return cause.code === 'ENOENT' ? `it is not installed (sudo apt-get install ${command})` : cause.message;
}

import { MpvPlayer } from './audio/mpv-player.ts';
import type { PlayerClock } from './audio/open-playback.ts';
import type { Player } from './audio/player.ts';
import type { AgentConfig } from './config.ts';

export function choosePlayer(config: AgentConfig, clock: PlayerClock): Player {
  if (config.player === 'mpg123') throw new Error('PLAYER=mpg123 is not built in yet: use mpv');
  return new MpvPlayer({ audioOutput: config.audioOutput, clock });
}

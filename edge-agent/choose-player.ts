import { Mpg123Player } from './audio/mpg123-player.ts';
import { MpvPlayer } from './audio/mpv-player.ts';
import type { PlayerClock } from './audio/open-playback.ts';
import type { Player } from './audio/player.ts';
import type { AgentConfig } from './config.ts';

/** mpg123 dates what it plays by the system's clock, mpv by ours. */
export function choosePlayer({ player, audioOutput }: AgentConfig, clock: PlayerClock): Player {
  return player === 'mpg123' ? new Mpg123Player({ audioOutput }) : new MpvPlayer({ audioOutput, clock });
}

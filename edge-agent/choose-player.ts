import type { MediaReference } from '#contract/primitives.ts';
import { Mpg123Player } from './audio/mpg123-player.ts';
import { MpvPlayer } from './audio/mpv-player.ts';
import type { PlayerClock } from './audio/open-playback.ts';
import type { Player } from './audio/player.ts';
import type { AgentConfig } from './config.ts';
import type { Log } from './log.ts';

/** mpg123 dates what it plays by the system's clock, mpv by ours. */
export function choosePlayer({ player, audioOutput }: AgentConfig, clock: PlayerClock): Player {
  return player === 'mpg123' ? new Mpg123Player({ audioOutput }) : new MpvPlayer({ audioOutput, clock });
}

/** The server's orders name the Opus rendition: who chose a player that cannot play it is told at once. */
export function playableCodecs({ player }: Pick<AgentConfig, 'player'>, log: Log): MediaReference['codec'][] {
  if (player !== 'mpg123') return ['opus', 'mp3'];
  log('player-plays-no-opus', { player, hint: 'orders name Opus: set TT_AGENT_PLAYER=mpv' });
  return ['mp3'];
}

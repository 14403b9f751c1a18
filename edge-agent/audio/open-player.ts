import { makeAbort } from '../clock/time-source.ts';
import type { TimeSource } from '../clock/time-source.ts';
import { backOffMs } from '../link/back-off-rules.ts';
import { wordsOf } from '../log.ts';
import type { Log } from '../log.ts';
import type { Player } from './player.ts';

const BACK_OFF = { minMs: 2_000, maxMs: 30_000 };

/**
 * A player that is missing or slow at boot is asked for again: a receiver that stayed dumb until its next restart would miss
 * emergencies. Resolves after the first try, whatever came of it; `onOpen` follows a later one.
 */
export async function openPlayer(parts: {
  player: Player;
  time: TimeSource;
  log: Log;
  onOpen: () => void;
}): Promise<{ stop(): Promise<void> }> {
  const { player, time, log, onOpen } = parts;
  const abort = makeAbort();
  const tryOnce = () =>
    player.open().then(
      () => true,
      (error: unknown) => {
        log('player-not-open', { error: wordsOf(error) });
        return false;
      },
    );
  const tryAgain = async () => {
    for (let failures = 1; !abort.signal.aborted; failures++) {
      await time.sleep(backOffMs(failures, BACK_OFF, 0), abort.signal);
      if (abort.signal.aborted || !(await tryOnce())) continue;
      return onOpen();
    }
  };
  const trying = (await tryOnce()) ? Promise.resolve() : tryAgain();
  return {
    async stop() {
      abort.abort();
      await trying;
    },
  };
}

import { execFile } from 'node:child_process';
import type { TimeSource } from './clock/time-source.ts';
import type { Log } from './log.ts';

/** The reconciler goes round every second: this much silence means that it hangs. */
const ALIVE_MAX_MS = 10_000;

export type Notify = (state: string) => void;

/** Undefined where systemd did not start us. `NotifyAccess=all` in the unit lets the child speak for us. */
export function findSystemdNotify(environment: { NOTIFY_SOCKET?: string | undefined }, log: Log): Notify | undefined {
  if (!environment.NOTIFY_SOCKET) return undefined;
  return (state) => {
    execFile('systemd-notify', [state], { timeout: 5_000 }, (error) => {
      if (error) log('systemd-not-notified', { error: error.message });
    });
  };
}

/** Feeds systemd's watchdog as long as the reconciler really turns; a hung one is left to be restarted. */
export function keepWatchdogFed(parts: {
  notify: Notify;
  everyMs: number;
  lastTurnAtMs: () => number;
  time: TimeSource;
  log: Log;
}): Disposable {
  const { notify, everyMs, lastTurnAtMs, time, log } = parts;
  notify('READY=1');
  const timer = setInterval(() => {
    const silentMs = Math.round(time.steadyMs() - lastTurnAtMs());
    if (silentMs <= ALIVE_MAX_MS) notify('WATCHDOG=1');
    else log('reconciler-hangs', { silentMs });
  }, everyMs);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

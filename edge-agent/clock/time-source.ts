import { setMaxListeners } from 'node:events';

/** Where time comes from and how it is waited for. Tests and the fleet simulator drive their own. */
export interface TimeSource {
  /** Since this boot of the machine, the same in every process of that boot; never stepped. */
  steadyMs(): number;
  /** The system's wall clock, epoch ms: may be wrong, may be stepped. */
  systemMs(): number;
  /** Resolves early when aborted: whoever waits looks at the signal. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

/** setTimeout's own limit lies at 2^31 ms. */
const SLEEP_MAX_MS = 2_000_000_000;

export const machineTime: TimeSource = {
  steadyMs: () => Number(process.hrtime.bigint() / 1_000n) / 1_000,
  systemMs: () => Date.now(),
  sleep(delayMs, signal) {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, Math.min(Math.max(delayMs, 0), SLEEP_MAX_MS));
      signal?.addEventListener('abort', done, { once: true });
    });
  },
};

/** A signal that many parts wait on at once, without Node's warning about it. */
export function makeAbort(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

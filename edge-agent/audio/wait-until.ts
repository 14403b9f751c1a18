/** Timers come up to some milliseconds late; the last stretch is waited out turn by turn. */
const LAST_STRETCH_MS = 4;
/** The wall clock may be stepped while we wait, so it is asked again at least this often. */
const SLEEP_MAX_MS = 500;

/** Resolves at the instant (epoch ms) by `now`, at once when it is past; rejects with the signal's reason. */
export async function waitUntil(atMs: number, now: () => number, signal?: AbortSignal): Promise<void> {
  for (;;) {
    signal?.throwIfAborted();
    const leftMs = atMs - now();
    if (leftMs <= 0) return;
    if (leftMs > LAST_STRETCH_MS) await sleep(Math.min(leftMs - LAST_STRETCH_MS, SLEEP_MAX_MS), signal);
    else await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

/** Resolves early, too, when the signal is aborted: whoever waits looks at it. */
export async function sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, delayMs);
    signal?.addEventListener('abort', done, { once: true });
  });
}

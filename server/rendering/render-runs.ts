// Owns the renderings under way in this process, whoever asked for them: the queue, or a request for an emergency.
import type { RenderDeps, RenderRun } from './rendering-deps.ts';
import { endRendering, renderBulletin } from './render-bulletin.ts';
import type { RevisionKey } from './rendering-store.ts';

interface Run {
  controller: AbortController;
  ended: Promise<void>;
}

export class RenderRuns {
  readonly #deps: RenderDeps;
  readonly #runs = new Map<string, Run>();
  #isClosing = false;

  constructor(deps: RenderDeps) {
    this.#deps = deps;
  }

  /** Runs it, or joins the run under way. Rejects when the signal ends it. */
  async run(key: RevisionKey, run: RenderRun): Promise<void> {
    run.signal.throwIfAborted();
    const standing = this.#runs.get(nameOf(key));
    if (!standing) return this.#begin(key, run);
    const stopped = new Promise<never>((_, reject) => {
      run.signal.addEventListener('abort', () => reject(run.signal.reason as Error), { once: true });
    });
    await Promise.race([standing.ended, stopped]);
  }

  /** Without the queue, and without waiting for it: the reply to the request says `queued`, the feed says the rest. */
  runAtOnce(key: RevisionKey): void {
    if (this.#isClosing || this.#runs.has(nameOf(key))) return;
    const controller = new AbortController();
    this.#begin(key, { signal: controller.signal, reportProgress: () => undefined })
      .catch(async (error: unknown) => {
        // Stopped: who stopped it has written the row, or the sweep finds it after the next start.
        if (this.#isClosing || (error as Error).name === 'AbortError') return;
        await endRendering(this.#deps, key, error instanceof Error ? error : new Error(String(error)));
      })
      .catch((error: unknown) => this.#deps.logger.error({ err: error, ...key }, 'the end of a rendering could not be written'));
  }

  /** Resolves when it has left, with nothing of it on the disk. False when it doesn't run here. */
  async cancel(key: RevisionKey): Promise<boolean> {
    const run = this.#runs.get(nameOf(key));
    if (!run) return false;
    run.controller.abort();
    await run.ended.catch(() => undefined);
    return true;
  }

  /** Stops all; they are taken up again after the next start. */
  async close(): Promise<void> {
    this.#isClosing = true;
    for (const run of this.#runs.values()) run.controller.abort();
    await Promise.allSettled([...this.#runs.values()].map((run) => run.ended));
  }

  #begin(key: RevisionKey, run: RenderRun): Promise<void> {
    const controller = new AbortController();
    const signal = AbortSignal.any([run.signal, controller.signal]);
    const ended = renderBulletin(this.#deps, key, { ...run, signal }).finally(() => this.#runs.delete(nameOf(key)));
    this.#runs.set(nameOf(key), { controller, ended });
    return ended;
  }
}

function nameOf(key: RevisionKey): string {
  return `${key.bulletinId} ${key.revision}`;
}

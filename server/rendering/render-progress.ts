// Percentages of one run, thinned out: each is a row written and an event to every console.
import type { RenderDeps, RenderRun } from './rendering-deps.ts';
import { type Claim, saveProgress } from './rendering-store.ts';

const INTERVAL_MS = 500;

export class RenderProgress {
  readonly #deps: Pick<RenderDeps, 'db' | 'publish'>;
  readonly #claim: Claim;
  readonly #areaId: string;
  readonly #reportProgress: RenderRun['reportProgress'];
  readonly #onClaimLost: () => void;
  #percent = 0;
  #wroteAtMs = performance.now();
  #writing: Promise<void> = Promise.resolve();
  #isWriting = false;

  constructor(
    deps: Pick<RenderDeps, 'db' | 'publish'>,
    claim: Claim,
    areaId: string,
    reportProgress: RenderRun['reportProgress'],
    onClaimLost: () => void,
  ) {
    this.#deps = deps;
    this.#claim = claim;
    this.#areaId = areaId;
    this.#reportProgress = reportProgress;
    this.#onClaimLost = onClaimLost;
  }

  report(percent: number): void {
    const whole = Math.min(99, Math.floor(percent));
    if (whole <= this.#percent) return;
    this.#percent = whole;
    this.#reportProgress(whole);
    const now = performance.now();
    if (this.#isWriting || now - this.#wroteAtMs < INTERVAL_MS) return;
    this.#wroteAtMs = now;
    this.#isWriting = true;
    this.#writing = this.#write(whole).finally(() => (this.#isWriting = false));
    // Looked at in `settled`.
    this.#writing.catch(() => undefined);
  }

  /** Before anything else is written on the row. @throws what the last write threw. */
  settled(): Promise<void> {
    return this.#writing;
  }

  async #write(progressPercent: number): Promise<void> {
    if (!(await saveProgress(this.#deps.db, this.#claim, progressPercent))) return this.#onClaimLost();
    const { bulletinId } = this.#claim;
    this.#deps.publish({ type: 'rendering-changed', bulletinId, state: 'running', progressPercent }, this.#areaId);
  }
}

import type { Logger } from 'pino';
import { settleLeftOutEntries } from './audit/record-audit.ts';
import type { UploadDesk } from './bulletins/upload-desk.ts';
import { inTransaction, type Db } from './database/open-database.ts';
import { renewProgrammes } from './dispatch/build-programme.ts';
import { refuseOldGaps } from './dispatch/close-airing.ts';
import type { DispatchDeps } from './dispatch/dispatch-deps.ts';
import { sendOwedEmergencies } from './dispatch/dispatch-worker.ts';
import { type Clock, instantOf } from './lib/clock.ts';
import type { JobQueue } from './queue/job-queue.ts';
import { type OwedQuestion, settleOwedJobs } from './queue/settle-owed-jobs.ts';
import { Upkeep, type UpkeepTick } from './queue/upkeep.ts';
import type { KeyRing } from './receivers/key-ring.ts';
import type { Presence } from './receivers/presence.ts';

export interface UpkeepParts {
  db: Db;
  clock: Clock;
  logger: Logger;
  queue: JobQueue;
  dispatch: DispatchDeps;
  presence: Presence;
  uploads: UploadDesk;
  keyRing: KeyRing;
  questions: OwedQuestion[];
  makeTones(): Promise<void>;
  /** Emergencies whose rendering a crash cut off. */
  resumeEmergencies(): Promise<void>;
}

const SWEEP_SOON_MS = 50;

/** What the process does from time to time without being asked. Nothing here is lost when a tick is: the tables say what is due. */
export class UpkeepDuties {
  readonly #parts: UpkeepParts;
  readonly #ticks: UpkeepTick[];
  readonly #upkeep: Upkeep;
  readonly #afterwards: (() => void)[] = [];
  #soon: NodeJS.Timeout | undefined;

  constructor(parts: UpkeepParts) {
    this.#parts = parts;
    const { presence, clock } = parts;
    this.#ticks = [
      { name: 'presence', pattern: '*/5 * * * * *', run: () => presence.sweep(clock.now()) },
      { name: 'vitals', pattern: '41 * * * *', run: () => presence.forgetOld() },
      { name: 'sweep', pattern: '* * * * *', run: () => this.#sweep() },
      { name: 'programmes', pattern: '* * * * *', run: () => renewProgrammes(parts.dispatch) },
      { name: 'gaps', pattern: '*/10 * * * *', run: () => refuseOldGaps(parts.dispatch) },
      { name: 'uploads', pattern: '*/10 * * * *', run: () => parts.uploads.settle() },
      { name: 'keys', pattern: '17 * * * *', run: () => this.#renewKeys() },
      { name: 'tones', pattern: '* * * * *', run: () => parts.makeTones() },
      { name: 'audit', pattern: '*/10 * * * *', run: () => this.#settleAudit() },
    ];
    this.#upkeep = new Upkeep(this.#ticks, parts.logger);
  }

  /** All of it, now: what tests with a driven clock do instead of waiting. */
  async runAll(): Promise<void> {
    for (const tick of this.#ticks) await tick.run();
  }

  /** After a change that left something owed; many changes at once make one sweep. `then` runs when that sweep is done. */
  sweepSoon(then?: () => void): void {
    if (then) this.#afterwards.push(then);
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => {
      this.#sweep()
        .then(() => this.#afterwards.splice(0).forEach((each) => each()))
        .catch((error: unknown) =>
          this.#parts.logger.error({ err: error as Error }, 'the sweep failed; the next one tries again'),
        );
    }, SWEEP_SOON_MS);
  }

  async stop(): Promise<void> {
    clearTimeout(this.#soon);
    await this.#upkeep.stop();
  }

  async #sweep(): Promise<void> {
    const { queue, questions, clock, dispatch } = this.#parts;
    await this.#parts.resumeEmergencies();
    await sendOwedEmergencies(dispatch);
    await settleOwedJobs({ queue, questions, now: clock.now() });
  }

  async #renewKeys(): Promise<void> {
    const { purposesDue } = await this.#parts.keyRing.renew();
    if (purposesDue.length > 0)
      this.#parts.logger.warn({ purposesDue }, 'keys near their end, and the root key is offline: bring it back');
  }

  async #settleAudit(): Promise<void> {
    const at = instantOf(this.#parts.clock.now());
    await inTransaction(this.#parts.db, (db) => settleLeftOutEntries(db, at));
  }
}

/** Owns the process's own ticks. Only upkeep: what is due at an instant stands in a table, for a tick missed here is gone. */
import { schedule, validate, type Logger as CronLogger, type ScheduledTask } from 'node-cron';
import { boundedWait } from './bounded-wait.ts';
import type { QueueLog } from './queue-log.ts';

export interface UpkeepTick {
  name: string;
  /** Cron pattern in UTC, optionally with seconds first: '* * * * *' is each minute. */
  pattern: string;
  run(): Promise<unknown>;
}

export class Upkeep {
  readonly #scheduled: ScheduledTask[];
  readonly #running = new Set<Promise<void>>();
  readonly #log: QueueLog;

  constructor(ticks: UpkeepTick[], log: QueueLog) {
    this.#log = log;
    for (const { name, pattern } of ticks) {
      if (!validate(pattern)) throw new Error(`the upkeep tick ${name} has no valid pattern: ${pattern}`);
    }
    this.#scheduled = ticks.map((tick) =>
      schedule(tick.pattern, () => this.#run(tick), {
        name: tick.name,
        timezone: 'Etc/UTC',
        noOverlap: true,
        suppressMissedWarning: true,
        logger: cronLogger(log, tick.name),
      }),
    );
  }

  /** No tick begins after this; one that is running is waited for, `waitMaxMs` at most. */
  async stop(waitMaxMs = 5_000): Promise<void> {
    for (const scheduled of this.#scheduled) await scheduled.destroy();
    await boundedWait(Promise.all(this.#running), waitMaxMs, undefined);
  }

  #run(tick: UpkeepTick): Promise<void> {
    const run = this.#runLogged(tick);
    this.#running.add(run);
    return run.finally(() => this.#running.delete(run));
  }

  async #runLogged(tick: UpkeepTick): Promise<void> {
    try {
      await tick.run();
    } catch (error) {
      this.#log.error({ err: error, tick: tick.name }, 'an upkeep tick failed; the next one tries again');
    }
  }
}

/** node-cron tells of overlaps and missed ticks on the console unless it is given a log. */
function cronLogger(log: QueueLog, tick: string): CronLogger {
  return {
    info: (text) => log.debug({ tick }, text),
    debug: (text) => log.debug({ tick }, String(text)),
    warn: (text) => log.warn({ tick }, text),
    error: (text, error) => log.error({ tick, err: error ?? text }, String(text)),
  };
}

import type { Logger } from 'pino';
import type { Vitals } from '#contract/agent-link.ts';
import { type Db, inTransaction } from '../database/open-database.ts';
import { type Clock, instantOf } from '../lib/clock.ts';
import { type Heard, listSilent } from './presence-rules.ts';
import {
  deletePresenceChangesBefore,
  type HeardRow,
  listKnownPresences,
  listUnheard,
  type PresenceChange,
  saveHeard,
  saveLastSeen,
  savePresenceChanges,
} from './presence-store.ts';
import { isSampleDue, SAMPLE_EVERY_MS, VITALS_KEPT_MS } from './sample-rules.ts';
import { deleteVitalsSamplesBefore, listLastSampledSince, type NewSample, saveVitalsSamples } from './vitals-store.ts';

const FLUSH_MS = 10_000;
const HISTORY_MS = 400 * 86_400_000;

export interface PresenceDeps {
  db: Db;
  clock: Clock;
  logger: Logger;
  config: { offlineAfterMs: number };
  /** After the change is durable; for the live feed. */
  onChange(change: PresenceChange): void;
}

interface HeardNow extends Heard {
  since: string;
  reason: string;
  vitals: Vitals | undefined;
  vitalsAt: string | undefined;
  revisionHeld: number | undefined;
  isDirty: boolean;
}

/**
 * Who is there, and what they last said of themselves. Heartbeats are kept in memory and written in batches, for the disk's
 * sake; a change of presence is written at once.
 *
 * Invariant: after a start every receiver is `unknown` until it is heard or was silent for long enough.
 */
export class Presence {
  readonly #deps: PresenceDeps;
  readonly #heard = new Map<string, HeardNow>();
  readonly #flushing: NodeJS.Timeout;
  readonly #openedMs: number;
  readonly #sampledMs: Map<string, number>;
  #hasSweptUnheard = false;

  private constructor(deps: PresenceDeps, sampledMs: Map<string, number>) {
    this.#sampledMs = sampledMs;
    this.#deps = deps;
    this.#openedMs = deps.clock.now();
    this.#flushing = setInterval(() => {
      this.flush().catch((error: unknown) => deps.logger.error({ err: error as Error }, 'vitals not written; trying again'));
    }, FLUSH_MS);
    this.#flushing.unref();
  }

  static async open(deps: PresenceDeps): Promise<Presence> {
    const nowMs = deps.clock.now();
    const at = instantOf(nowMs);
    const sampled = await inTransaction(deps.db, async (db) => {
      const known = await listKnownPresences(db);
      const changes = known.map((receiverId) => ({ receiverId, presence: 'unknown' as const, reason: 'server-started', at }));
      await savePresenceChanges(db, changes);
      return listLastSampledSince(db, instantOf(nowMs - SAMPLE_EVERY_MS));
    });
    return new Presence(deps, new Map([...sampled].map(([receiverId, last]) => [receiverId, Date.parse(last)])));
  }

  async noteState(receiverId: string, presence: 'online' | 'offline', reason: string): Promise<void> {
    const nowMs = this.#deps.clock.now();
    const at = instantOf(nowMs);
    const heard = this.#heard.get(receiverId);
    // Being told by others that it is gone is no sign of life.
    const lastSeenMs = presence === 'online' ? nowMs : (heard?.lastSeenMs ?? nowMs);
    if (heard?.presence === presence) {
      heard.lastSeenMs = lastSeenMs;
      return;
    }
    const change = { receiverId, presence, reason, at };
    await inTransaction(this.#deps.db, async (db) => {
      await savePresenceChanges(db, [change]);
      if (presence === 'online') await saveLastSeen(db, receiverId, at);
    });
    this.#remember(change, lastSeenMs);
    this.#deps.onChange(change);
  }

  async noteHeartbeat(receiverId: string, revisionHeld: number, vitals: Vitals): Promise<void> {
    await this.noteState(receiverId, 'online', 'heartbeat');
    const heard = this.#heard.get(receiverId);
    if (heard) Object.assign(heard, { vitals, vitalsAt: instantOf(heard.lastSeenMs), revisionHeld, isDirty: true });
  }

  /** What is newer here than in the database. */
  find(receiverId: string) {
    const heard = this.#heard.get(receiverId);
    if (!heard) return undefined;
    return {
      presence: heard.presence,
      presenceReason: heard.reason,
      presenceSince: heard.since,
      lastSeenAt: instantOf(heard.lastSeenMs),
      ...(heard.vitals && { vitals: heard.vitals, vitalsAt: heard.vitalsAt ?? null }),
      ...(heard.revisionHeld !== undefined && { programmeRevisionHeld: heard.revisionHeld }),
    };
  }

  async sweep(nowMs: number): Promise<void> {
    const silent = listSilent(this.#heard, nowMs, this.#deps.config.offlineAfterMs);
    const isUnheardDue = !this.#hasSweptUnheard && nowMs - this.#openedMs > this.#deps.config.offlineAfterMs;
    if (silent.length === 0 && !isUnheardDue) return;
    const at = instantOf(nowMs);
    const changes = await inTransaction(this.#deps.db, async (db) => {
      const unheard = isUnheardDue ? await listUnheard(db) : [];
      const ids = [...silent, ...unheard.filter((receiverId) => !this.#heard.has(receiverId))];
      const found = ids.map((receiverId) => ({ receiverId, presence: 'offline' as const, reason: 'silent', at }));
      await savePresenceChanges(db, found);
      return found;
    });
    if (isUnheardDue) this.#hasSweptUnheard = true;
    for (const change of changes) {
      const heard = this.#heard.get(change.receiverId);
      if (heard) this.#remember(change, heard.lastSeenMs);
      this.#deps.onChange(change);
    }
  }

  /** Writes what heartbeats brought since the last time, all in one transaction. */
  async flush(): Promise<void> {
    const dirty = [...this.#heard].filter(([, heard]) => heard.isDirty);
    if (dirty.length === 0) return;
    const rows = dirty.flatMap(([receiverId, heard]) => rowOf(receiverId, heard));
    const samples = dirty.flatMap(([receiverId, heard]) => this.#sampleOf(receiverId, heard));
    for (const [, heard] of dirty) heard.isDirty = false;
    try {
      await inTransaction(this.#deps.db, async (db) => {
        await saveHeard(db, rows);
        await saveVitalsSamples(db, samples);
      });
      for (const { receiverId, at } of samples) this.#sampledMs.set(receiverId, Date.parse(at));
    } catch (error) {
      for (const [, heard] of dirty) heard.isDirty = true;
      throw error;
    }
  }

  /** Drops what is older than we keep; from time to time. */
  async forgetOld(): Promise<void> {
    const nowMs = this.#deps.clock.now();
    await inTransaction(this.#deps.db, async (db) => {
      await deleteVitalsSamplesBefore(db, instantOf(nowMs - VITALS_KEPT_MS));
      await deletePresenceChangesBefore(db, instantOf(nowMs - HISTORY_MS));
    });
  }

  async close(): Promise<void> {
    clearInterval(this.#flushing);
    await this.flush();
  }

  #sampleOf(receiverId: string, { vitals, vitalsAt, presence }: HeardNow): NewSample[] {
    if (vitals === undefined || vitalsAt === undefined) return [];
    const isDue = isSampleDue(this.#sampledMs.get(receiverId), Date.parse(vitalsAt));
    return isDue ? [{ receiverId, at: vitalsAt, vitals, presence }] : [];
  }

  #remember(change: PresenceChange & { presence: 'online' | 'offline' }, lastSeenMs: number): void {
    const { presence, reason, at: since } = change;
    const before = this.#heard.get(change.receiverId);
    const empty = { vitals: undefined, vitalsAt: undefined, revisionHeld: undefined, isDirty: false };
    this.#heard.set(change.receiverId, { ...empty, ...before, presence, reason, since, lastSeenMs });
  }
}

function rowOf(receiverId: string, heard: HeardNow): HeardRow[] {
  const { vitals, vitalsAt, revisionHeld, lastSeenMs } = heard;
  if (vitals === undefined || vitalsAt === undefined || revisionHeld === undefined) return [];
  return [{ receiverId, lastSeenAt: instantOf(lastSeenMs), vitals: JSON.stringify(vitals), vitalsAt, revisionHeld }];
}

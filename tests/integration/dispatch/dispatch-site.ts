import { createHash, randomUUID } from 'node:crypto';
import { pino } from 'pino';
import type { DownLink } from '#contract/agent-link.ts';
import type { Target } from '#contract/airing.ts';
import type { FeedEvent } from '#contract/live-feed.ts';
import { generateSigningKey } from '#signing/keys.ts';
import { signDocument } from '#signing/documents.ts';
import type { DispatchDeps } from '../../../server/dispatch/dispatch-deps.ts';
import { lookNow } from '../../../server/dispatch/look-now.ts';
import { instantOf } from '../../../server/lib/clock.ts';
import {
  insertInstallation,
  insertReceiver,
  saveInstallationEnded,
  saveReceiverState,
} from '../../../server/receivers/receiver-store.ts';
import { insertAiring, type StoredAiring } from '../../../server/scheduling/airing-store.ts';
import { nextOrderNumber } from '../../../server/scheduling/order-number-store.ts';
import { GroundFloor } from '../../support/ground-floor.ts';
import { TalkingReceiver } from '../../support/talking-receiver.ts';

const HOUR_MS = 3_600_000;
/** What one airing of `addAiring` lasts. */
export const SPOKEN_MS = 10_000;

/** Dispatch on a real database; the link notes what it was given. */
export class DispatchSite implements AsyncDisposable {
  readonly floor: GroundFloor;
  readonly deps: DispatchDeps;
  readonly sent: { to: string; down: DownLink }[] = [];
  readonly published: FeedEvent[] = [];
  readonly quarantined: string[] = [];
  /** While set, the link fails with it. */
  linkError: Error | undefined;

  private constructor(floor: GroundFloor) {
    this.floor = floor;
    this.deps = this.#makeDeps();
  }

  static async open(): Promise<DispatchSite> {
    return new DispatchSite(await GroundFloor.open());
  }

  async addReceiver(clusterId: string, teller = new TalkingReceiver()): Promise<TalkingReceiver> {
    const { db, clock } = this.floor;
    const { receiverId } = teller;
    const hardwareId = randomUUID();
    await insertReceiver(db, { receiverId, kind: 'loudspeaker', publicKey: teller.key.keyId, hardwareId, enrolledAt: clock.at });
    await this.install(receiverId, clusterId);
    return teller;
  }

  install(receiverId: string, clusterId: string): Promise<void> {
    return insertInstallation(this.floor.db, randomUUID(), { receiverId, clusterId, installedAt: this.floor.clock.at });
  }

  takeAway(receiverId: string): Promise<void> {
    return saveInstallationEnded(this.floor.db, receiverId, this.floor.clock.at);
  }

  quarantine(receiverId: string): Promise<void> {
    return saveReceiverState(this.floor.db, receiverId, 'quarantined', 'receipt-forked');
  }

  /** Stored as scheduling would store it; in an hour unless it is an emergency. */
  async addAiring(targets: Target[], changes: Partial<StoredAiring> = {}): Promise<StoredAiring> {
    const { db, clock, rootAreaId, admin } = this.floor;
    const startsMs = clock.now() + (changes.class === 'emergency' ? 0 : HOUR_MS);
    const sha256 = createHash('sha256').update(randomUUID()).digest('hex');
    const airing: StoredAiring = {
      airingId: randomUUID(),
      areaId: rootAreaId,
      class: 'normal',
      purpose: 'real',
      state: 'planned',
      startsAt: instantOf(startsMs),
      endsAt: instantOf(startsMs + SPOKEN_MS),
      startBefore: instantOf(startsMs + 600_000),
      validUntil: instantOf(startsMs + SPOKEN_MS + HOUR_MS / 2),
      repeats: 1,
      gapMs: 0,
      chime: null,
      endTone: null,
      orderId: randomUUID(),
      ...(await nextOrderNumber(db)),
      createdBy: admin.accountId,
      createdAt: clock.at,
      items: [
        {
          bulletinId: randomUUID(),
          revision: 1,
          title: 'Thông báo',
          media: { sha256, bytes: 10, durationMs: SPOKEN_MS, codec: 'opus' },
        },
      ],
      targets,
      ...changes,
    };
    await insertAiring(db, airing);
    return airing;
  }

  sentTo(receiverId: string, type: DownLink['type']): DownLink[] {
    return this.sent.filter(({ to, down }) => to === receiverId && down.type === type).map(({ down }) => down);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.floor[Symbol.asyncDispose]();
  }

  #makeDeps(): DispatchDeps {
    const { db, clock } = this.floor;
    const keys = new Map(
      (['programme', 'emergency', 'command', 'update', 'record'] as const).map((one) => [one, generateSigningKey()]),
    );
    const validFrom = instantOf(clock.now() - HOUR_MS);
    const validUntil = instantOf(clock.now() + 1000 * 24 * HOUR_MS);
    const entries = [...keys].map(([purpose, { keyId }]) => ({ keyId, purpose, validFrom, validUntil }));
    const link: DispatchDeps['link'] = {
      sendDown: async (to, down) => this.#send(to, down),
      sendEmergency: async (areaIds, down) => areaIds.forEach((to) => this.#send(to, down)),
    };
    return {
      db,
      clock,
      logger: pino({ level: 'silent' }),
      policy: { timeZone: 'Asia/Ho_Chi_Minh', quietHours: [], volumePercentMax: 100 },
      limits: { startWithinMs: 600_000, programmeDays: 14, programmeOrdersMax: 500, closeAfterMs: 300_000, heldReceiptsMax: 100 },
      keyRing: {
        keySet: signDocument(generateSigningKey(), { type: 'key-set', v: 1, version: 1, issuedAt: validFrom, keys: entries }),
        sign: (purpose, payload) => signDocument(keys.get(purpose) ?? generateSigningKey(), payload),
      },
      link,
      lookNow: (receiverIds) => lookNow({ db, link }, receiverIds),
      publish: (event) => void this.published.push(event),
      quarantine: async (receiverId) => void this.quarantined.push(receiverId),
    };
  }

  #send(to: string, down: DownLink): void {
    if (this.linkError) throw this.linkError;
    this.sent.push({ to, down });
  }
}

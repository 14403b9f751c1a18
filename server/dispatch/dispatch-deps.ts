import type { Logger } from 'pino';
import type { DownLink } from '#contract/agent-link.ts';
import type { FeedEvent } from '#contract/live-feed.ts';
import type { Policy } from '#contract/order.ts';
import type { KeyPurpose, SignedDocument } from '#contract/signed-document.ts';
import type { SignedKeySet } from '#contract/key-set.ts';
import type { Db } from '../database/open-database.ts';
import type { Clock } from '../lib/clock.ts';

/** What dispatch asks of its neighbours; wired in app.ts. */
export interface DispatchDeps {
  db: Db;
  clock: Clock;
  logger: Logger;
  policy: Policy;
  limits: {
    startWithinMs: number;
    programmeDays: number;
    programmeOrdersMax: number;
    closeAfterMs: number;
    heldReceiptsMax: number;
  };
  keyRing: { keySet: SignedKeySet; sign<T>(purpose: KeyPurpose, payload: T): SignedDocument<T> };
  link: {
    sendDown(receiverId: string, down: DownLink): Promise<void>;
    sendEmergency(areaIds: readonly string[], down: DownLink): Promise<void>;
  };
  /** Tells receivers that their programme changed. Losing it costs time, never correctness. */
  lookNow(receiverIds: readonly string[]): Promise<void>;
  /** `areaId`: what the event is about. */
  publish(event: FeedEvent, areaId: string): void;
  /** A receiver whose chain has two versions is kept to emergencies until someone looks at it. */
  quarantine(receiverId: string, reason: string): Promise<void>;
}

import type { Logger } from 'pino';
import type { Db } from '../database/open-database.ts';
import type { Clock } from '../lib/clock.ts';
import type { KeyRing } from './key-ring.ts';
import type { LoginNonces } from './login-nonces.ts';
import type { Presence } from './presence.ts';

/** What the use cases of receivers ask of their neighbours; wired in app.ts. */
export interface ReceiverDeps {
  db: Db;
  clock: Clock;
  logger: Logger;
  config: { publicUrl?: string | undefined };
  keyRing: KeyRing;
  nonces: LoginNonces;
  presence: Pick<Presence, 'find' | 'noteState'>;
  link: { disconnect(receiverId: string): void };
  /**
   * Called within the transaction when a receiver came to a cluster (`clusterId`) or was taken from one (null): whoever plans
   * deliveries opens or closes them here, so that no airing falls between the old board and the new.
   */
  onInstallationChanged(db: Db, change: { receiverId: string; clusterId: string | null }): Promise<void>;
  /** Tells receivers that their programme changed. Losing it costs time, never correctness. */
  lookNow(receiverIds: readonly string[]): Promise<void>;
}

/** What follows a commit may fail without making the change untrue: the receiver learns it by its next heartbeat. */
export async function lookNowQuietly(deps: Pick<ReceiverDeps, 'lookNow' | 'logger'>, receiverId: string): Promise<void> {
  try {
    await deps.lookNow([receiverId]);
  } catch (error) {
    deps.logger.warn({ err: error as Error, receiverId }, 'could not tell the receiver to look; its next heartbeat will');
  }
}

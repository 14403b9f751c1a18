import type { Logger } from 'pino';
import type { FeedEvent } from '#contract/live-feed.ts';
import { listAncestry } from './areas/area-store.ts';
import type { Db } from './database/open-database.ts';
import type { LiveFeed } from './http/live-feed.ts';
import { type Clock, instantOf } from './lib/clock.ts';

/** `areaId`: what the event is about; whoever may read there gets it. */
export type Publish = (event: FeedEvent, areaId: string) => void;

/** Publishing never keeps the publisher waiting and never fails it: the feed is for freshness, the database for truth. */
export function publisher(db: Db, clock: Clock, feed: LiveFeed, logger: Logger): Publish {
  return (event, areaId) => {
    listAncestry(db, areaId, instantOf(clock.now())).then(
      (ancestry) => feed.publish(event, ancestry),
      (error: unknown) => logger.warn({ err: error as Error, event: event.type }, 'an event did not reach the feed'),
    );
  };
}

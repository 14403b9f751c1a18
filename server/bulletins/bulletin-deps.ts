import type { Rendering, Rendition } from '#contract/bulletin.ts';
import type { FeedEvent } from '#contract/live-feed.ts';
import type { Class } from '#contract/primitives.ts';
import type { Db } from '../database/open-database.ts';
import type { Clock } from '../lib/clock.ts';

export interface RevisionKey {
  bulletinId: string;
  revision: number;
}

export interface RenderedRevision extends RevisionKey {
  rendering: Rendering;
  renditions: Rendition[];
}

/** What this stage asks of rendering, which comes after it. */
export interface BulletinRendering {
  /** Within the transaction: notes that this revision shall be rendered. False when it is rendered, or under way. */
  request(db: Db, key: RevisionKey, at: string): Promise<boolean>;
  /** After commit; never rejects. What it can't start now is still owed by the row that `request` wrote. */
  start(key: RevisionKey, audioClass: Class): Promise<void>;
  /** One for each key. */
  read(db: Db, keys: readonly RevisionKey[]): Promise<RenderedRevision[]>;
}

export interface BulletinDeps {
  db: Db;
  clock: Clock;
  rendering: BulletinRendering;
  /** The text in NFC, or the refusal that says why it can't be said. */
  checkText(text: string): string;
  /** `areaId`: what the event is about. */
  publish(event: FeedEvent, areaId: string): void;
}

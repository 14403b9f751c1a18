import type { Order, Programme } from '#contract/order.ts';
import type { AgentClock } from '../clock/agent-clock.ts';
import type { DurableFiles } from '../files/durable-files.ts';
import type { SpaceReserve } from '../files/space-reserve.ts';
import type { Log } from '../log.ts';
import { planEviction, planMedia, stockHours } from './media-plan-rules.ts';
import type { WantedMedia } from './media-plan-rules.ts';
import type { MediaShelf } from './media-shelf.ts';

export interface MediaStockParts {
  files: DurableFiles;
  shelf: MediaShelf;
  reserve: SpaceReserve;
  clock: AgentClock;
  /** Media leave this much free. */
  diskFreeMinBytes: number;
  log: Log;
}

/** Who gives way when the disk is full: media that are needed last. Receipts come before media. */
export class MediaStock {
  readonly #parts: MediaStockParts;
  #wanted: WantedMedia[] = [];

  constructor(parts: MediaStockParts) {
    this.#parts = parts;
  }

  plan(orders: readonly Order[], programme: Programme | undefined): WantedMedia[] {
    this.#wanted = planMedia(orders, programme, this.#parts.clock.now());
    return this.#wanted;
  }

  hours(orders: readonly Order[], programme: Programme | undefined): number | null {
    return stockHours(programme, orders, (sha256) => this.#parts.shelf.has(sha256), this.#parts.clock.now());
  }

  /** False when what may go is not enough. */
  async makeRoom(bytes: number, inFavourOf: WantedMedia): Promise<boolean> {
    const { diskFreeMinBytes } = this.#parts;
    return await this.#evictUntil(async () => (await this.#free()) >= bytes + diskFreeMinBytes, inFavourOf);
  }

  /** A receipt could not be written: the reserve goes first, since it is here for that; then one file after the other. */
  async giveUpSpace(): Promise<void> {
    const { reserve, log } = this.#parts;
    if (reserve.isHeld) {
      await reserve.release();
      log('disk-full', { reserveReleased: true });
      return;
    }
    let gone = 0;
    await this.#evictUntil(() => Promise.resolve(gone++ > 0));
  }

  async tidy(): Promise<void> {
    const { reserve, shelf } = this.#parts;
    await reserve.hold();
    await shelf.dropPartsExcept(new Set(this.#wanted.map(({ media }) => media.sha256)));
  }

  async #free(): Promise<number> {
    return (await this.#parts.files.raw.space()).freeBytes;
  }

  async #evictUntil(isEnough: () => Promise<boolean>, inFavourOf?: WantedMedia): Promise<boolean> {
    const { shelf, clock, log } = this.#parts;
    if (await isEnough()) return true;
    for (const sha256 of planEviction(shelf.held, this.#wanted, clock.now(), inFavourOf)) {
      log('media-evicted', { sha256 });
      await shelf.remove(sha256);
      if (await isEnough()) return true;
    }
    return false;
  }
}

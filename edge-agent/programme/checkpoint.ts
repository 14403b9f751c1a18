import { z } from 'zod';
import type { PlayerState } from '../audio/player.ts';
import type { DurableFiles } from '../files/durable-files.ts';
import { wordsOf } from '../log.ts';
import type { Log } from '../log.ts';
import { SavedRun } from './order-run.ts';
import type { OrderRun } from './order-run.ts';
import { cuesOf } from './order-timeline-rules.ts';

const PATH = 'checkpoint.json';
const Saved = z.object({ v: z.literal(1), runs: z.array(SavedRun).max(60) });

/** What has sounded of the orders under way, every few seconds: a kill then costs these seconds of evidence and no more. */
export class Checkpoint {
  readonly #files: DurableFiles;
  readonly #log: Log;
  #isEmpty: boolean;

  private constructor(files: DurableFiles, log: Log, isEmpty: boolean) {
    this.#files = files;
    this.#log = log;
    this.#isEmpty = isEmpty;
  }

  static async open(files: DurableFiles, log: Log): Promise<{ checkpoint: Checkpoint; runs: SavedRun[] }> {
    const text = await files.readText(PATH);
    let runs: SavedRun[] = [];
    try {
      if (text !== undefined) runs = Saved.parse(JSON.parse(text)).runs;
    } catch (error) {
      log('checkpoint-unreadable', { error: wordsOf(error) });
    }
    return { checkpoint: new Checkpoint(files, log, runs.length === 0), runs };
  }

  /** Failing to save costs evidence after a crash, nothing else: what sounds goes on. */
  async save(runs: OrderRun[], player: PlayerState): Promise<void> {
    const begun = runs.filter((run) => run.hasBegun && run.stage !== 'ended').map((run) => snapshotOf(run, player));
    if (begun.length === 0 && this.#isEmpty) return;
    try {
      await this.#files.writeWhole(PATH, JSON.stringify({ v: 1, runs: begun }));
      this.#isEmpty = begun.length === 0;
    } catch (error) {
      this.#log('checkpoint-not-saved', { error: wordsOf(error) });
    }
  }
}

/** With what the player says of the stretch that is sounding right now. */
function snapshotOf(run: OrderRun, player: PlayerState): SavedRun {
  const { order, stage, place, shiftMs, chimePlayedMs, endTonePlayedMs } = run;
  const open = structuredClone(run.open);
  const saved: SavedRun = { order, stage, shiftMs, chimePlayedMs, endTonePlayedMs, open, ...(place && { place: { ...place } }) };
  const cue = place && cuesOf(order)[place.cue];
  if (stage !== 'sounding' || !cue || player.status !== 'playing' || player.positionMs === undefined) return saved;
  if (!player.path?.includes(cue.media.sha256)) return saved;
  const positionMs = Math.round(player.positionMs);
  saved.place = { cue: place.cue, positionMs };
  const sounding = open.find((one) => cue.kind === 'item' && one.repeat === cue.repeat && one.item === cue.item);
  const span = sounding?.spans.at(-1);
  if (!sounding || !span || positionMs < span.fromMs) return saved;
  span.toMs = positionMs;
  sounding.playedMs += player.playedMs ?? 0;
  return saved;
}

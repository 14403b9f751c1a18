/** One delivery of a recorder: `count` samples from index `first`, and when they came. */
export interface Chunk {
  first: number;
  count: number;
  arrivedAtMs: number;
}

/** Samples without a gap in time between them; the first one was due at `atMs`. */
export interface Stretch {
  first: number;
  count: number;
  atMs: number;
}

/** Shorter gaps are scheduling noise of a busy machine. */
const GAP_MIN_MS = 150;
/** A recorder that was only held up catches up within this time; one that was given nothing never does. */
const CATCH_UP_MS = 2_000;

/**
 * Says when the samples were due. Each chunk gives an upper bound for the time of sample 0 (arrival less the samples before it), and the
 * smallest is nearest the truth. Where the bound rises for good, the sink rendered nothing for that long: a new stretch begins.
 */
export function placeChunks(chunks: readonly Chunk[], sampleRate: number): Stretch[] {
  const bounds = chunks.map((chunk) => chunk.arrivedAtMs - (chunk.first * 1_000) / sampleRate);
  const settled = smallestAhead(chunks, bounds);
  const stretches: Stretch[] = [];
  let lowest = Number.POSITIVE_INFINITY;
  chunks.forEach((chunk, index) => {
    const bound = bounds[index] as number;
    const current = stretches.at(-1);
    if (current === undefined || (settled[index] as number) > lowest + GAP_MIN_MS) {
      stretches.push({ first: chunk.first, count: chunk.count, atMs: 0 });
      lowest = bound;
    } else {
      current.count += chunk.count;
      lowest = Math.min(lowest, bound);
    }
    const stretch = stretches.at(-1) as Stretch;
    stretch.atMs = lowest + (stretch.first * 1_000) / sampleRate;
  });
  return stretches;
}

/** For each chunk the smallest bound from it on, as far as `CATCH_UP_MS` ahead; one pass, by a queue of rising bounds. */
function smallestAhead(chunks: readonly Chunk[], bounds: readonly number[]): number[] {
  const result = new Array<number>(chunks.length);
  const queue: number[] = [];
  let head = 0;
  let next = 0;
  for (let index = 0; index < chunks.length; index++) {
    const until = (chunks[index] as Chunk).arrivedAtMs + CATCH_UP_MS;
    for (; next < chunks.length && (chunks[next] as Chunk).arrivedAtMs <= until; next++) {
      while (queue.length > head && (bounds[queue.at(-1) as number] as number) >= (bounds[next] as number)) queue.pop();
      queue.push(next);
    }
    while ((queue[head] as number) < index) head++;
    result[index] = bounds[queue[head] as number] as number;
  }
  return result;
}

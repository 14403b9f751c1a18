/**
 * Measured on espeak-ng's northern voice at 110, 150 and 200 words a minute, in spans of one "word": a Vietnamese syllable is shorter than
 * what it counts as a word, a comma is a short breath, the end of a sentence a longer one. Within a tenth on notices of a minute.
 */
const SYLLABLE = 0.68;
const BREATH = 0.65;
const SENTENCE_END = 1.2;

/** About how long a text in spoken form will sound. The finished sound is measured; this is for while it is being written. */
export function estimateSpokenMs(spoken: string, wordsPerMinute: number): number {
  const syllables = spoken.match(/[\p{L}\p{N}]+/gu)?.length ?? 0;
  const breaths = spoken.match(/[,;:](?=\s)/g)?.length ?? 0;
  const ends = spoken.match(/[.?!](?=\s)/g)?.length ?? 0;
  return Math.round((60_000 / wordsPerMinute) * (syllables * SYLLABLE + breaths * BREATH + ends * SENTENCE_END));
}

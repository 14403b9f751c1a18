// The sound of the opening chime and the end tone, as samples. Always the same, so their renditions always have the same hash.

export const TONE_RATE = 48_000;

interface Note {
  startS: number;
  frequencyHz: number;
  /** Seconds until the note has fallen to about a third. */
  decayS: number;
  level: number;
}

const OPENING_CHIME_S = 3.2;
const END_TONE_S = 1.2;

/** Rising C major: all within what a horn gives. */
const openingNotes: Note[] = [
  { startS: 0.05, frequencyHz: 523.25, decayS: 0.55, level: 0.5 },
  { startS: 0.65, frequencyHz: 659.25, decayS: 0.55, level: 0.5 },
  { startS: 1.25, frequencyHz: 783.99, decayS: 0.55, level: 0.5 },
  { startS: 1.85, frequencyHz: 1046.5, decayS: 0.5, level: 0.5 },
];

/** Falling, and short: nobody takes it for another beginning. */
const endNotes: Note[] = [
  { startS: 0.03, frequencyHz: 783.99, decayS: 0.25, level: 0.5 },
  { startS: 0.43, frequencyHz: 523.25, decayS: 0.3, level: 0.5 },
];

export function synthesiseOpeningChime(): Float32Array {
  return synthesise(openingNotes, OPENING_CHIME_S);
}

export function synthesiseEndTone(): Float32Array {
  return synthesise(endNotes, END_TONE_S);
}

const ATTACK_S = 0.008;
const FADE_OUT_S = 0.15;
/** Partials of a struck bar, weaker as they rise. */
const partials = [
  { times: 1, share: 0.7 },
  { times: 2, share: 0.2 },
  { times: 3, share: 0.1 },
];

function synthesise(notes: Note[], lengthS: number): Float32Array {
  const samples = new Float32Array(Math.round(lengthS * TONE_RATE));
  for (const note of notes) addNote(samples, note);
  const fade = FADE_OUT_S * TONE_RATE;
  for (let fromEnd = 0; fromEnd < fade; fromEnd += 1) {
    const at = samples.length - 1 - fromEnd;
    samples[at] = (samples[at] ?? 0) * (fromEnd / fade);
  }
  return samples;
}

function addNote(samples: Float32Array, note: Note): void {
  for (let at = Math.round(note.startS * TONE_RATE); at < samples.length; at += 1) {
    const second = at / TONE_RATE - note.startS;
    const envelope = note.level * Math.min(1, second / ATTACK_S) * Math.exp(-second / note.decayS);
    let wave = 0;
    for (const { times, share } of partials) wave += share * Math.sin(2 * Math.PI * note.frequencyHz * times * second);
    samples[at] = (samples[at] ?? 0) + envelope * wave;
  }
}

import { Problem } from '../lib/problem.ts';
import { normaliseText } from './normalise-text-rules.ts';

export interface TextLimits {
  textCharactersMax: number;
}

/** Line breaks and tabs are layout. Direction overrides make the reader see another text than the one that is said. */
const CONTROL = /(?![\t\n\r])[\p{Cc}\u202A-\u202E\u2066-\u2069]/u;

/** The text in NFC, or the refusal that says why it can't be said. */
export function checkText(text: string, limits: TextLimits): string {
  const nfc = text.normalize('NFC');
  if (nfc.trim() === '') throw new Problem('text-empty');
  // Characters as a person counts them, not UTF-16 units.
  const length = [...nfc].length;
  if (length > limits.textCharactersMax) throw new Problem('text-too-long', { max: limits.textCharactersMax, length });
  const control = CONTROL.exec(nfc);
  if (control !== null) {
    const code = `U+${control[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
    throw new Problem('text-has-control-characters', { at: control.index, code });
  }
  if (normaliseText(nfc, []).spoken === '') throw new Problem('text-unsayable');
  return nfc;
}

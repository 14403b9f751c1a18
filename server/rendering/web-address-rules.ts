import { spell } from './letter-name-rules.ts';
import { matchAt, type Place, type Reading } from './reading-place-rules.ts';
import { splitIntoSyllables } from './vietnamese-syllable-rules.ts';

const URL = /(?:https?:\/\/|www\.)[^\s,;<>"'()]{1,300}/iy;
const EMAIL = /[a-z0-9][a-z0-9._+-]{0,63}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,5}/iy;
const DOMAIN =
  /[a-z0-9-]{2,63}(?:\.[a-z0-9-]{2,63}){0,4}\.(?:vn|com|org|net|gov|edu|info|io)(?![\p{L}\d])(?:\/[^\s,;<>"'()]{0,300})?/iuy;

/** Labels that every commune's notices carry, said as people know them. */
const KNOWN_LABELS: Readonly<Record<string, string>> = {
  dichvucong: 'dịch vụ công',
  chinhphu: 'chính phủ',
  vinhlong: 'Vĩnh Long',
  baohiemxahoi: 'bảo hiểm xã hội',
  com: 'com',
  gov: 'gốp',
  edu: 'e đu',
  gmail: 'gi meo',
  facebook: 'phây búc',
  zalo: 'da lô',
  youtube: 'diu túp',
  vn: 'vê nờ',
  www: 'vê kép vê kép vê kép',
};
const SIGNS: Readonly<Record<string, string>> = {
  '.': 'chấm',
  '@': 'a còng',
  '/': 'gạch chéo',
  '-': 'gạch ngang',
  _: 'gạch dưới',
  '?': 'hỏi',
  '=': 'bằng',
  '&': 'và',
  '#': 'thăng',
  '%': 'phần trăm',
  ':': 'hai chấm',
  '+': 'cộng',
};

function sayLabel(label: string): string {
  const lower = label.toLowerCase();
  if (Object.hasOwn(KNOWN_LABELS, lower)) return KNOWN_LABELS[lower] ?? '';
  const syllables = /^[a-z]{3,}$/.test(lower) ? splitIntoSyllables(lower) : undefined;
  return syllables?.join(' ') ?? spell(label);
}

function sayAddress(written: string): string {
  const parts =
    written
      .replace(/^https?:\/\//i, '')
      .replace(/\/$/, '')
      .match(/[a-z]+|[0-9]+|[^a-z0-9]/gi) ?? [];
  return parts
    .map((part) => (/^[a-z]/i.test(part) ? sayLabel(part) : (SIGNS[part] ?? spell(part))))
    .filter((said) => said !== '')
    .join(' ');
}

/** Web and mail addresses are always shown to the author: nobody can vouch for how a label is meant. */
export function readWebAddress(place: Place): Reading | undefined {
  const { text, at } = place;
  const found = matchAt(URL, text, at) ?? matchAt(EMAIL, text, at) ?? matchAt(DOMAIN, text, at);
  if (found === null) return undefined;
  const written = found[0].replace(/[.?!:-]+$/, '');
  const spoken = sayAddress(written);
  if (written === '' || spoken === '') return undefined;
  return { length: written.length, spoken, kind: 'word', doubts: [{ offset: 0, length: written.length, spoken }] };
}

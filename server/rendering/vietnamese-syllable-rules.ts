/**
 * Is this a syllable that Vietnamese spelling allows: onset + rhyme + tone? What fails here is shown to the author.
 * Lenient where names need it (k before any vowel: "Ka", "Kon"), strict about tone on closed rhymes ("mat" is no syllable).
 */
const ONSETS = ['ngh', 'ng', 'nh', 'ch', 'gh', 'gi', 'kh', 'ph', 'qu', 'th', 'tr', ...'bcdđghklmnprstvx'];

const RHYMES = new Set(
  `a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
  e ec em en eng eo ep et ê êch êm ên êng ênh êp êt êu
  i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu
  o oc oi om on ong ooc oong op ot oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăp oăt oe oen oeo oet oep
  ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt
  u ua uc ui um un ung up ut uân uâng uât uây uê uêch uênh uêu uôc uôi uôm uôn uông uôt uơ
  uy uya uych uynh uyp uyt uyu uyên uyêt uyêu
  ư ưa ưc ưi ưm ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu y yêm yên yêng yêt yêu`.split(/\s+/),
);
/** After "qu" the y-rhymes are written without their u. */
const QU_RHYMES = new Set(['y', 'ych', 'yn', 'ynh', 'yp', 'yt', 'yên', 'yêt', 'yêu', 'yu']);

const TONES = /[\u0300\u0301\u0303\u0309\u0323]/g;
const SHARP = '\u0301';
const HEAVY = '\u0323';
const SYLLABLE_LETTERS = /^[a-zăâđêôơư]+$/;
/** "nghiêng" and "khuyếch" are the longest shapes. */
const SYLLABLE_LETTERS_MAX = 8;

/** The syllable without its tone; tones has one mark at most, or it is no syllable. */
function withoutTone(syllable: string): { plain: string; tones: string[] } {
  const decomposed = syllable.normalize('NFD');
  return { plain: decomposed.replace(TONES, '').normalize('NFC'), tones: decomposed.match(TONES) ?? [] };
}

function fits(onset: string, rhyme: string): boolean {
  if (onset === 'qu') return QU_RHYMES.has(rhyme) || (RHYMES.has(rhyme) && !/^[uư]/.test(rhyme));
  // "gì", "gìn", "giết", "giếng": the i stands for onset and vowel together.
  if (onset === 'gi') return rhyme === '' || rhyme === 'n' || rhyme === 'm' || RHYMES.has(rhyme);
  if (!RHYMES.has(rhyme)) return false;
  const front = /^[eêiy]/.test(rhyme);
  if (onset === 'c' || onset === 'g' || onset === 'ng') return !front;
  if (onset === 'gh' || onset === 'ngh') return front;
  // "yêu" stands alone only; after an onset it is written "iêu".
  return onset === '' || !rhyme.startsWith('yê');
}

function hasShape(plain: string): boolean {
  if (!SYLLABLE_LETTERS.test(plain) || plain.length > SYLLABLE_LETTERS_MAX) return false;
  if (fits('', plain)) return true;
  return ONSETS.some((onset) => plain.startsWith(onset) && fits(onset, plain.slice(onset.length)));
}

const isClosed = (plain: string): boolean => /(?:[cpt]|ch)$/.test(plain);

export function isVietnameseSyllable(word: string): boolean {
  // A tone that found no letter to sit on stays a mark of its own.
  if (word.length > SYLLABLE_LETTERS_MAX || !/^\p{L}+$/u.test(word)) return false;
  const { plain, tones } = withoutTone(word.toLowerCase());
  if (tones.length > 1 || !hasShape(plain)) return false;
  // Rhymes closed by c, ch, p, t bear only the sharp or the heavy tone.
  return !isClosed(plain) || tones[0] === SHARP || tones[0] === HEAVY;
}

/** A foreign syllable made sayable: "net" → "nét". Undefined when no tone mends it. */
function mended(chunk: string): string | undefined {
  if (isVietnameseSyllable(chunk)) return chunk;
  const { plain, tones } = withoutTone(chunk);
  if (tones.length > 0 || !isClosed(plain) || !hasShape(plain)) return undefined;
  return plain.replace(/([aăâeêioôơuưy])([a-z]+)$/, `$1${SHARP}$2`).normalize('NFC');
}

const WORD_LETTERS_MAX = 24;

/** The fewest syllables that together spell a lowercase word ("karaoke" → "ka ra o ke"), or undefined. */
export function splitIntoSyllables(word: string): string[] | undefined {
  const letters = word.replace(/f/g, 'ph').replace(/j/g, 'gi').replace(/z/g, 'd');
  if (letters.length > WORD_LETTERS_MAX) return undefined;
  const best: (string[] | undefined)[] = [[]];
  for (let end = 1; end <= letters.length; end++) {
    for (let start = Math.max(0, end - SYLLABLE_LETTERS_MAX); start < end; start++) {
      const head = best[start];
      if (head === undefined || head.length + 1 >= (best[end]?.length ?? Infinity)) continue;
      const syllable = mended(letters.slice(start, end));
      if (syllable !== undefined) best[end] = [...head, syllable];
    }
  }
  return best[letters.length];
}

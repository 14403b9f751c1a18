/** One password, however the keyboard composed its diacritics. */
export function normalisePassword(password: string): string {
  return password.normalize('NFKC');
}

const DISTINCT_CHARACTERS_MIN = 5;
const SEQUENCES = ['abcdefghijklmnopqrstuvwxyz', '01234567890123456789', 'qwertyuiopasdfghjklzxcvbnm'];
const WORN_OUT = ['password', 'matkhau', 'truyenthanh', 'administrator'];

/** Length is judged by the contract; here is what length does not help. */
export function findPasswordWeakness(
  password: string,
  username: string,
): 'too-few-characters' | 'contains-username' | 'is-sequence' | 'is-common' | undefined {
  const plain = normalisePassword(password).toLowerCase();
  if (new Set(plain).size < DISTINCT_CHARACTERS_MIN) return 'too-few-characters';
  if (plain.includes(username.toLowerCase())) return 'contains-username';
  const reversed = [...plain].toReversed().join('');
  if (SEQUENCES.some((sequence) => sequence.includes(plain) || sequence.includes(reversed))) return 'is-sequence';
  // What is left beside a worn-out word must be long enough to resist guessing by itself.
  const rest = WORN_OUT.reduce((left, word) => left.replaceAll(word, ''), plain.replace(/[\s._-]/g, ''));
  return rest.length < 6 ? 'is-common' : undefined;
}

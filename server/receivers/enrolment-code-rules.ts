/** Crockford's alphabet: no I, L, O or U, so nothing is misread from paper or mistaken over the phone. 32 letters, 5 bits each. */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const NAME_LETTERS = 6;
const SECRET_LETTERS = 12;
/** So many random bytes make one code: 30 bits name the enrolment, 60 bits are the secret. */
export const CODE_BYTES = NAME_LETTERS + SECRET_LETTERS;

export interface EnrolmentCode {
  /** Names the enrolment, so that a wrong secret spends the tries of this one enrolment and of no other. */
  name: string;
  /** The whole code in its one normal form; what is hashed. */
  whole: string;
}

/** `NNNNNN-SSSS-SSSS-SSSS`. */
export function formatCode(random: Uint8Array): string {
  const letters = Array.from(random.subarray(0, CODE_BYTES), (byte) => LETTERS[byte % LETTERS.length]).join('');
  const secret = letters.slice(NAME_LETTERS).match(/.{4}/g) ?? [];
  return [letters.slice(0, NAME_LETTERS), ...secret].join('-');
}

/** Forgives case, dashes, blanks and the letters that look alike; undefined for what can't be a code at all. */
export function parseCode(text: string): EnrolmentCode | undefined {
  const whole = text.toUpperCase().replace(/[-\s]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  if (whole.length !== CODE_BYTES || [...whole].some((letter) => !LETTERS.includes(letter))) return undefined;
  return { name: whole.slice(0, NAME_LETTERS), whole };
}

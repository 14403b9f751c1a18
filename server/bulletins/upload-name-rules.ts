import { Problem } from '../lib/problem.ts';

const NAME_CHARACTERS_MAX = 200;
const CONTROL = /[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/u;
/** Names that mean something else on a machine where the file is once saved. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$/i;

/** The name as it is shown and saved under; it never becomes a path here. @throws `upload-name-invalid` saying why. */
export function checkUploadName(given: string): string {
  const name = given.normalize('NFC');
  const why = faultOf(name);
  if (why) throw new Problem('upload-name-invalid', { why });
  return name;
}

function faultOf(name: string): string | undefined {
  if (name.trim() === '') return 'empty';
  if ([...name].length > NAME_CHARACTERS_MAX) return 'too-long';
  if (CONTROL.test(name)) return 'control-characters';
  // Not cut down to its last part: who sends a path is mistaken about what a name is, or means harm.
  if (/[/\\]/.test(name) || /^[A-Za-z]:/.test(name)) return 'path';
  if (name.startsWith('.')) return 'leading-dot';
  if (/[. ]$/.test(name) || name.startsWith(' ')) return 'outer-dot-or-space';
  if (RESERVED.test(name)) return 'reserved';
  return undefined;
}

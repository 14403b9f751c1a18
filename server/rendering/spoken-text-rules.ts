const MARKS = '?!.;:,';

/** Of marks that fall together the strongest stays; a text neither begins with a mark nor ends in a pause. */
export function tidySpoken(pieces: readonly string[]): string {
  const words: string[] = [];
  let mark = '';
  const flush = (): void => {
    if (mark !== '' && words.length > 0) words.push(`${words.pop() ?? ''}${mark}`);
    mark = '';
  };
  for (const word of pieces.join(' ').split(/\s+/)) {
    const [, lead = '', core = '', trail = ''] = /^([?!.;:,]*)([^?!.;:,]*)([?!.;:,]*)$/.exec(word) ?? [];
    mark = strongest(mark + lead);
    if (core === '') {
      mark = strongest(mark + trail);
      continue;
    }
    flush();
    words.push(core);
    mark = strongest(trail);
  }
  if (/[?!.]/.test(mark)) flush();
  return words.join(' ').normalize('NFC');
}

function strongest(marks: string): string {
  return [...MARKS].find((candidate) => marks.includes(candidate)) ?? '';
}

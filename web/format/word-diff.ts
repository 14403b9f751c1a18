export interface DiffPart {
  kind: 'kept' | 'added' | 'removed';
  text: string;
}

/** Comparing word by word takes time and memory by the product of both lengths; above it whole lines are compared. */
const CELLS_MAX = 4_000_000;

/** What became of a text: words that stayed, went and came, spaces with the word before them. */
export function diffWords(before: string, after: string): DiffPart[] {
  const [old, now] = [before.match(/\s*\S+\s*?(?=\s|$)|\s+$/g) ?? [], after.match(/\s*\S+\s*?(?=\s|$)|\s+$/g) ?? []];
  if (old.length * now.length <= CELLS_MAX) return diffLists(old, now);
  const [oldLines, nowLines] = [before.match(/.*\n|.+$/g) ?? [], after.match(/.*\n|.+$/g) ?? []];
  if (oldLines.length * nowLines.length <= CELLS_MAX) return diffLists(oldLines, nowLines);
  return join([
    { kind: 'removed', text: before },
    { kind: 'added', text: after },
  ]);
}

/** Shortens what stayed to a few words beside each change; a gap is said by `…`. */
export function withContext(parts: readonly DiffPart[], words: number): DiffPart[] {
  return parts.map((part, index) => {
    if (part.kind !== 'kept') return part;
    const pieces = part.text.match(/\s*\S+/g) ?? [];
    const head = index === 0 ? 0 : words;
    const tail = index === parts.length - 1 ? 0 : words;
    if (pieces.length <= head + tail + 1) return part;
    return {
      kind: 'kept',
      text: `${pieces.slice(0, head).join('')} … ${pieces
        .slice(pieces.length - tail)
        .join('')
        .trimStart()}`,
    };
  });
}

function diffLists(old: readonly string[], now: readonly string[]): DiffPart[] {
  let head = 0;
  while (head < old.length && head < now.length && same(old[head], now[head])) head += 1;
  let tail = 0;
  while (tail < old.length - head && tail < now.length - head && same(old.at(-1 - tail), now.at(-1 - tail))) tail += 1;
  const middle = diffMiddle(old.slice(head, old.length - tail), now.slice(head, now.length - tail));
  return join([
    { kind: 'kept', text: now.slice(0, head).join('') },
    ...middle,
    { kind: 'kept', text: now.slice(now.length - tail).join('') },
  ]);
}

/** By the longest common subsequence, which is counted from the ends. */
function diffMiddle(old: readonly string[], now: readonly string[]): DiffPart[] {
  const width = now.length + 1;
  const common = new Uint16Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i -= 1)
    for (let j = now.length - 1; j >= 0; j -= 1)
      common[i * width + j] = same(old[i], now[j])
        ? (common[(i + 1) * width + j + 1] ?? 0) + 1
        : Math.max(common[(i + 1) * width + j] ?? 0, common[i * width + j + 1] ?? 0);
  const parts: DiffPart[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < now.length) {
    const [gone, come] = [old[i], now[j]];
    if (gone !== undefined && come !== undefined && same(gone, come)) {
      parts.push({ kind: 'kept', text: come });
      i += 1;
      j += 1;
    } else if (
      gone !== undefined &&
      (come === undefined || (common[(i + 1) * width + j] ?? 0) >= (common[i * width + j + 1] ?? 0))
    ) {
      parts.push({ kind: 'removed', text: gone });
      i += 1;
    } else if (come !== undefined) {
      parts.push({ kind: 'added', text: come });
      j += 1;
    }
  }
  return parts;
}

/** Another line break is no change of what is said. */
function same(a: string | undefined, b: string | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && a.trim() === b.trim());
}

/** Neighbours of one kind become one; between two kept words, what went stands before what came. */
function join(parts: readonly DiffPart[]): DiffPart[] {
  const joined: DiffPart[] = [];
  for (let index = 0; index < parts.length;) {
    const run: DiffPart[] = [];
    const isKept = parts[index]?.kind === 'kept';
    for (; index < parts.length && (parts[index]?.kind === 'kept') === isKept; index += 1) run.push(parts[index] as DiffPart);
    for (const kind of ['kept', 'removed', 'added'] as const) {
      const text = run
        .filter((part) => part.kind === kind)
        .map((part) => part.text)
        .join('');
      if (text !== '') joined.push({ kind, text });
    }
  }
  return joined.length > 1 && joined.every(({ kind }) => kind === 'kept')
    ? [{ kind: 'kept', text: joined.map(({ text }) => text).join('') }]
    : joined;
}

import { describe, expect, test } from 'vitest';
import type { Coverage } from '../../../server/contract/airing.ts';
import type { Area } from '../../../server/contract/area.ts';
import { outlookOf } from '../../../web/format/airing-outlook.ts';
import { parseClockTime } from '../../../web/format/clock-time.ts';
import { growTargetTree, stateOf, type TargetBranch, toggleBranch } from '../../../web/format/target-tree.ts';
import { diffWords, withContext } from '../../../web/format/word-diff.ts';

describe('a time of day as people type it', () => {
  test.each([
    ['5', '05:00'],
    ['5h', '05:00'],
    ['5h30', '05:30'],
    ['17:30', '17:30'],
    ['0500', '05:00'],
    [' 5 giờ 15 ', '05:15'],
    ['24:00', undefined],
    ['5:7', undefined],
    ['12:60', undefined],
    ['sáng', undefined],
    ['', undefined],
  ])('%s is %s', (typed, time) => {
    expect(parseClockTime(typed)).toBe(time);
  });
});

describe('what became of a text', () => {
  test('is told word by word, what went before what came', () => {
    expect(diffWords('Sáng mai cúp điện từ 7 giờ', 'Sáng mai cúp nước từ 8 giờ')).toEqual([
      { kind: 'kept', text: 'Sáng mai cúp' },
      { kind: 'removed', text: ' điện' },
      { kind: 'added', text: ' nước' },
      { kind: 'kept', text: ' từ' },
      { kind: 'removed', text: ' 7' },
      { kind: 'added', text: ' 8' },
      { kind: 'kept', text: ' giờ' },
    ]);
  });

  test('is nothing where only line breaks differ', () => {
    expect(diffWords('Một hai\nba', 'Một  hai ba').map(({ kind }) => kind)).toEqual(['kept']);
  });

  test('loses no word of the new text, and holds each word of the old one', () => {
    const [before, after] = ['a b c d e f g', 'x b d d e y g z'];
    const parts = diffWords(before, after);
    const of = (kind: string) =>
      parts
        .filter((part) => part.kind !== kind)
        .map((part) => part.text)
        .join('')
        .split(/\s+/)
        .filter(Boolean);
    expect(of('removed')).toEqual(after.split(' '));
    expect(of('added')).toEqual(before.split(' '));
  });

  test('keeps a few words beside each change and says that others were left out', () => {
    const parts = diffWords('một hai ba bốn năm sáu bảy tám chín', 'MỘT hai ba bốn năm sáu bảy tám CHÍN');
    expect(withContext(parts, 1)[2]).toEqual({ kind: 'kept', text: ' hai … tám' });
  });

  test('is still told of texts that are too long for comparing words', () => {
    const long = Array.from({ length: 1_500 }, (_, index) => `từ${index} và từ`).join('\n');
    const parts = diffWords(long, `${long.replace('từ7 ', 'khác ')}\nthêm`);
    expect(parts.filter(({ kind }) => kind === 'added').map(({ text }) => text.trim())).toContain('khác và từ');
  });
});

const area = (areaId: string, parentId: string | null, name: string): Area => ({
  areaId,
  parentId,
  code: areaId,
  name,
  formerNames: [],
  level: 'hamlet',
  validFrom: '2025-07-01T00:00:00.000Z',
  validTo: null,
});
const cluster = (clusterId: string, areaId: string, receiverId: string | null) => ({
  clusterId,
  areaId,
  name: clusterId,
  receiverId,
});

describe('targets by tree', () => {
  const tree = growTargetTree(
    [area('xa', null, 'Xã'), area('ap-2', 'xa', 'Ấp 2'), area('ap-10', 'xa', 'Ấp 10'), area('ap-1', 'xa', 'Ấp 1')],
    [
      cluster('loa-xa', 'xa', 'r'),
      cluster('loa-1', 'ap-1', 'r'),
      cluster('loa-1b', 'ap-1', null),
      cluster('loa-2', 'ap-2', null),
    ],
    'xa',
  ) as TargetBranch;
  const find = (id: string, from: TargetBranch = tree): TargetBranch | undefined =>
    from.target.id === id ? from : from.below.map((inner) => find(id, inner)).find(Boolean);
  const at = (id: string) => find(id) as TargetBranch;
  const everywhere = [{ kind: 'area' as const, id: 'xa' }];

  test('are counted with what has no receiver, in the order of people', () => {
    expect([tree.clusters, tree.clustersWithoutReceiver]).toEqual([4, 2]);
    expect(tree.below.map(({ name }) => name)).toEqual(['loa-xa', 'Ấp 1', 'Ấp 2', 'Ấp 10']);
  });

  test('a hamlet taken out of a chosen commune leaves all others where something sounds', () => {
    const left = toggleBranch(tree, at('ap-2'), everywhere);
    expect(left.map(({ id }) => id).toSorted()).toEqual(['ap-1', 'loa-xa']);
    expect([stateOf(tree, tree, left), stateOf(tree, at('ap-2'), left), stateOf(tree, at('loa-1'), left)]).toEqual([
      'some',
      'none',
      'all',
    ]);
  });

  test('a cluster taken out of a chosen commune leaves its neighbour and the other hamlets', () => {
    const left = toggleBranch(tree, at('loa-1b'), everywhere);
    expect(left.map(({ id }) => id).toSorted()).toEqual(['ap-2', 'loa-1', 'loa-xa']);
  });

  test('choosing a whole takes the place of its parts, and giving it up leaves nothing', () => {
    const parts = [{ kind: 'cluster' as const, id: 'loa-1' }];
    expect(stateOf(tree, tree, parts)).toBe('some');
    expect(toggleBranch(tree, tree, parts)).toEqual(everywhere);
    expect(toggleBranch(tree, tree, everywhere)).toEqual([]);
  });
});

describe('how an airing stands', () => {
  const startsAt = '2026-11-22T05:00:00.000Z';
  const startMs = Date.parse(startsAt);
  const covered = (byState: Coverage['byState'], rendered = 0): Coverage => ({
    receivers: Object.values(byState).reduce((sum, count) => sum + count, 0),
    byState,
    rendered,
    heard: 0,
    notConfirmable: 0,
  });

  test('is rendered only where every receiver proved it', () => {
    expect(outlookOf({ state: 'closed', startsAt }, covered({ played: 3 }, 3), startMs + 1)).toBe('rendered');
    expect(outlookOf({ state: 'closed', startsAt }, covered({ played: 2, unknown: 1 }, 2), startMs + 1)).toBe('unknown');
    expect(outlookOf({ state: 'closed', startsAt }, covered({ played: 2, missed: 1 }, 2), startMs + 1)).toBe('incomplete');
    expect(outlookOf({ state: 'closed', startsAt }, covered({}), startMs + 1)).toBe('nowhere');
  });

  test('is coming before its start, then due until somebody says that it plays', () => {
    expect(outlookOf({ state: 'planned', startsAt }, covered({ ready: 3 }), startMs - 1)).toBe('coming');
    expect(outlookOf({ state: 'planned', startsAt }, covered({ ready: 3 }), startMs + 1)).toBe('due');
    expect(outlookOf({ state: 'planned', startsAt }, covered({ ready: 2, playing: 1 }), startMs + 1)).toBe('on-air');
  });

  test('is cancelled when it was, whatever played before', () => {
    expect(outlookOf({ state: 'cancelled', startsAt }, covered({ interrupted: 1 }), startMs + 1)).toBe('cancelled');
  });
});

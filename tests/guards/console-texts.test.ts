import { parseSync } from '@swc/core';
import { describe, expect, test } from 'vitest';
import { ProblemCode } from '#contract/problem.ts';
import { en } from '../../web/i18n/en.ts';
import { vi as vietnamese } from '../../web/i18n/vi.ts';
import { readSources, type Source } from './sources.ts';

/** Attributes that people see or hear. */
const SPOKEN = [
  'aria-label',
  'aria-description',
  'aria-roledescription',
  'aria-valuetext',
  'placeholder',
  'title',
  'alt',
  'label',
  'description',
];
const SPOKEN_OF_OURS = [
  'hint',
  'caption',
  'question',
  'confirmLabel',
  'disabledReason',
  'nothingFoundMessage',
  'emptyText',
  'header',
];
const LETTERS = /\p{L}{2,}/u;

interface SyntaxNode {
  type: string;
  [key: string]: unknown;
}

/** Words that stand in the page's sources and not in the catalogue, a line each. */
function findTexts({ path, text }: Source): string[] {
  const found: string[] = [];
  const note = (words: unknown) => {
    if (typeof words === 'string' && LETTERS.test(words)) found.push(`${path}: ${words.trim()}`);
  };
  visit(parseSync(text, { syntax: 'typescript', tsx: true, target: 'es2022' }) as unknown as SyntaxNode, (node) => {
    if (node.type === 'JSXText') note(node['value']);
    if (node.type === 'JSXElement' || node.type === 'JSXFragment')
      for (const child of node['children'] as SyntaxNode[])
        if (child.type === 'JSXExpressionContainer') listShown(child['expression']).forEach(note);
    if (node.type === 'JSXAttribute' && isSpoken(node['name'] as SyntaxNode)) listShown(node['value']).forEach(note);
  });
  return found;
}

function isSpoken(name: SyntaxNode): boolean {
  return [...SPOKEN, ...SPOKEN_OF_OURS].includes(String(name['value']));
}

/** The literals that an expression may come to. */
function listShown(value: unknown): string[] {
  if (value === null || typeof value !== 'object') return [];
  const node = value as SyntaxNode;
  switch (node.type) {
    case 'StringLiteral':
      return [String(node['value'])];
    case 'TemplateLiteral':
      return (node['quasis'] as SyntaxNode[]).map((part) => String(part['raw']));
    case 'JSXExpressionContainer':
      return listShown(node['expression']);
    case 'ParenthesisExpression':
      return listShown(node['expression']);
    case 'ConditionalExpression':
      return [...listShown(node['consequent']), ...listShown(node['alternate'])];
    case 'BinaryExpression':
      return ['&&', '||', '??', '+'].includes(String(node['operator']))
        ? [...listShown(node['left']), ...listShown(node['right'])]
        : [];
    default:
      return [];
  }
}

function visit(value: unknown, look: (node: SyntaxNode) => void): void {
  if (Array.isArray(value)) for (const entry of value) visit(entry, look);
  else if (value !== null && typeof value === 'object') {
    if (typeof (value as SyntaxNode).type === 'string') look(value as SyntaxNode);
    for (const part of Object.values(value)) visit(part, look);
  }
}

/** `airings.title` for each text of a catalogue. */
function listTexts(catalogue: object, path = ''): [string, string][] {
  return Object.entries(catalogue).flatMap(([key, value]) =>
    typeof value === 'string' ? [[`${path}${key}`, value] as [string, string]] : listTexts(value as object, `${path}${key}.`),
  );
}

function holesOf(text: string): string[] {
  return [...new Set([...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name ?? ''))].sort();
}

describe('texts of the console', () => {
  const sources = readSources((path) => path.startsWith('web/') && path.endsWith('.tsx'));

  test('stand in the catalogue, none in a page', () => {
    expect(sources.length).toBeGreaterThan(20);
    expect(sources.flatMap(findTexts)).toEqual([]);
  });

  test.each([
    ['text of an element', '<p>Xin chào</p>'],
    ['a label for the ear', '<button aria-label="Play" />'],
    ['a place-holder', `<input placeholder={'Find'} />`],
    ['one branch of a choice', `<p>{isOn ? 'On air' : t('off')}</p>`],
    ['a condition', `<p>{isOn && 'On air'}</p>`],
    ['a template', '<p>{`${count} airings`}</p>'],
    ['a text of our own parts', `<ConfirmButton question="Sure?" />`],
  ])('are found when planted: %s', (_what, jsx) => {
    expect(findTexts({ path: 'web/pages/planted.tsx', text: `export const planted = () => ${jsx};` })).toHaveLength(1);
  });

  test.each([
    '<p>{t("home.title")}</p>',
    '<p>—</p>',
    '<img alt="" src="/icon.svg" />',
    '<Text size="sm" c="dimmed" />',
    '<p>{`${a} / ${b}`}</p>',
  ])('are not seen where there are none: %s', (jsx) => {
    expect(findTexts({ path: 'web/pages/planted.tsx', text: `export const planted = () => ${jsx};` })).toEqual([]);
  });
});

describe('the two catalogues', () => {
  const said = { vi: new Map(listTexts(vietnamese)), en: new Map(listTexts(en)) };

  test('say the same things, English with a form for one beside each form for many', () => {
    const forms = [...said.vi.keys()].filter((key) => key.endsWith('_other')).map((key) => key.replace(/_other$/, '_one'));
    expect([...said.en.keys()].sort()).toEqual([...said.vi.keys(), ...forms].sort());
  });

  test('fill in the same parameters', () => {
    const differing = [...said.vi].filter(([key, text]) => holesOf(text).join() !== holesOf(said.en.get(key) ?? '').join());
    expect(differing).toEqual([]);
  });

  test('leave nothing empty', () => {
    expect([...said.vi, ...said.en].filter(([, text]) => text.trim() === '')).toEqual([]);
  });

  test.each([
    ['vi', vietnamese.problems.codes],
    ['en', en.problems.codes],
  ])('have in %s a sentence and a way out for every problem', (_language, codes) => {
    expect(Object.keys(codes).sort()).toEqual([...ProblemCode.options].sort());
    for (const [code, text] of Object.entries(codes))
      expect(
        text.split('|').map((part) => part.trim().length > 8),
        code,
      ).toEqual([true, true]);
  });
});

import { basename, dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findLines, listSources, readSources, type Source } from './sources.ts';

const LINES_MAX = 400;
/** A list of cases may be longer than code. */
const TEST_LINES_MAX = 600;
/** One table each, read by looking up: cutting it in two would only hide what belongs together. */
const LONG_TABLES = ['server/contract/endpoints.ts'];
const CODE = /\.(ts|tsx|mjs|cjs|js)$/;
const SHIPPED = /^(server|edge-agent|web|signing)\/.*\.tsx?$/;
const VAGUE_NAMES = ['util', 'utils', 'helper', 'helpers', 'common', 'misc', 'manager', 'service', 'services'];
const ENVIRONMENT_READERS = ['server/config.ts', 'edge-agent/config.ts'];
/** Tools that take only what is exported by default. */
const DEFAULT_EXPORTS = ['vitest.config.ts', 'web/vite.config.ts', 'scripts/test-summary-reporter.ts'];

/** What breaks a rule of the house: a line or a path each, empty when all is well. */
function findDefaultExports(source: Source): string[] {
  return DEFAULT_EXPORTS.includes(source.path) ? [] : findLines(source, /^export default\b|\bas default\b/);
}

function findEnvironmentReads(source: Source): string[] {
  return ENVIRONMENT_READERS.includes(source.path)
    ? []
    : findLines(source, /\bprocess\.env\b|\benv\b.*from 'node:process'|\{.*\benv\b.*\} = process\b/);
}

function findImpurity(source: Source): string[] {
  return findLines(
    source,
    /\bDate\.now\(|\bnew Date\(\)|\bDate\(\)|\bMath\.random\(|\bperformance\.|\bcrypto\.|\bprocess\.|\bfetch\(|\bset(Timeout|Interval|Immediate)\(|\bTemporal\.Now\b/,
  );
}

function findVagueNames(path: string): string[] {
  const words = path.split('/').flatMap((part) => part.replace(/\.[^/]*$/, '').split(/[-.]/));
  return words.filter((word) => VAGUE_NAMES.includes(word.toLowerCase())).map((word) => `${path}: ${word}`);
}

/** tests/unit mirrors the sources, with or without `server/`; one file of rules may have several tests that begin with its name. */
function isTestOf(testPath: string, rulesPath: string): boolean {
  const folder = dirname(rulesPath);
  const folders = [`tests/unit/${folder}`, `tests/unit/${folder.replace(/^server\//, '')}`];
  return (
    folders.includes(dirname(testPath)) &&
    basename(testPath).startsWith(basename(rulesPath, '.ts')) &&
    testPath.endsWith('.test.ts')
  );
}

/** The rules of the same folder that a file of rules is put together from. */
function listPartsOf(source: Source): string[] {
  const imports = source.text.matchAll(/from '\.\/([^']+-rules\.ts)'/g);
  return [...imports].map(([, name]) => `${dirname(source.path)}/${name}`);
}

/** Rules have a test of their name, or are parts of rules beside them that have: those are tested as one, by what comes out of them. */
function findUntestedRules(paths: string[], sources: Source[] = []): string[] {
  const rules = paths.filter((path) => SHIPPED.test(path) && path.endsWith('-rules.ts'));
  const partsOf = new Map(sources.map((source) => [source.path, listPartsOf(source)]));
  const tested = new Set(rules.filter((rulesPath) => paths.some((path) => isTestOf(path, rulesPath))));
  for (const path of tested) for (const part of partsOf.get(path) ?? []) tested.add(part);
  return rules.filter((path) => !tested.has(path));
}

describe('our own tree', () => {
  const shipped = readSources((path) => SHIPPED.test(path));
  const code = readSources((path) => CODE.test(path));

  test('is really looked at', () => {
    expect(shipped.length).toBeGreaterThan(10);
    expect(code.length).toBeGreaterThan(shipped.length);
  });

  test('has a unit test for every file of rules', () => {
    expect(findUntestedRules(listSources(), shipped)).toEqual([]);
  });

  test('has rules without clock, chance, timers and network', () => {
    expect(code.filter(({ path }) => path.endsWith('-rules.ts')).flatMap(findImpurity)).toEqual([]);
  });

  test('reads the environment in the two config files only', () => {
    expect(shipped.flatMap(findEnvironmentReads)).toEqual([]);
  });

  test('exports by name', () => {
    expect(code.filter(({ path }) => !path.startsWith('tests/guards/')).flatMap(findDefaultExports)).toEqual([]);
  });

  test(`has no file of code longer than ${LINES_MAX} lines, of tests than ${TEST_LINES_MAX}`, () => {
    const lengths = code.map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }));
    expect(
      lengths.filter(
        ({ path, lines }) => lines > (path.endsWith('.test.ts') ? TEST_LINES_MAX : LINES_MAX) && !LONG_TABLES.includes(path),
      ),
    ).toEqual([]);
  });

  test('has no file named after nothing in particular, and no barrel', () => {
    expect(listSources().flatMap(findVagueNames)).toEqual([]);
    expect(listSources().filter((path) => /(^|\/)index\.tsx?$/.test(path))).toEqual([]);
  });

  test('replaces none of its own modules in tests', () => {
    const tests = code.filter(({ path }) => path.startsWith('tests/') && !path.startsWith('tests/guards/'));
    expect(tests.flatMap((source) => findLines(source, /\bvi\.(mock|doMock|hoisted)\(/))).toEqual([]);
  });

  test('leaves no test switched off or alone', () => {
    const tests = code.filter(({ path }) => path.endsWith('.test.ts') && !path.startsWith('tests/guards/'));
    expect(tests.flatMap((source) => findLines(source, /\b(test|it|describe)\.(only|skip|todo|fails)\(/))).toEqual([]);
  });
});

describe('the house rules find', () => {
  const found = (find: (source: Source) => string[], text: string, path = 'server/areas/tree.ts') => find({ path, text }).length;

  test('impure rules, but not in comments nor for a given instant', () => {
    const impure = [
      'const now = Date.now();',
      'new Date()',
      'Math.random()',
      'crypto.randomUUID()',
      'setTimeout(run, 1)',
      'await fetch(url)',
    ];
    for (const line of impure) expect(found(findImpurity, line), line).toBe(1);
    expect(found(findImpurity, '// Date.now() would be wrong here\n/* new Date() */\nconst at = new Date(now);')).toBe(0);
  });

  test('reads of the environment outside config', () => {
    expect(found(findEnvironmentReads, 'const url = process.env.REDIS_URL;')).toBe(1);
    expect(found(findEnvironmentReads, `import { env } from 'node:process';`)).toBe(1);
    expect(found(findEnvironmentReads, 'const { env } = process;')).toBe(1);
    expect(found(findEnvironmentReads, 'process.env.PORT', 'server/config.ts')).toBe(0);
  });

  test('default exports', () => {
    expect(found(findDefaultExports, 'export default function run() {}')).toBe(1);
    expect(found(findDefaultExports, 'export { run as default };')).toBe(1);
    expect(found(findDefaultExports, 'export function run() {}')).toBe(0);
  });

  test('vague names of files and folders', () => {
    expect(findVagueNames('server/lib/string-utils.ts')).toHaveLength(1);
    expect(findVagueNames('server/helpers/areas.ts')).toHaveLength(1);
    expect(findVagueNames('server/areas/commune-store.ts')).toEqual([]);
  });

  test('rules without a unit test of their name in their place', () => {
    const rules = 'server/rendering/normalise-rules.ts';
    expect(findUntestedRules([rules])).toEqual([rules]);
    expect(findUntestedRules([rules, 'tests/unit/areas/normalise-rules.test.ts'])).toEqual([rules]);
    expect(findUntestedRules([rules, 'tests/unit/rendering/normalise-rules-dates.test.ts'])).toEqual([]);
    const part = 'server/rendering/dates-rules.ts';
    const paths = [rules, part, 'tests/unit/rendering/normalise-rules.test.ts'];
    expect(findUntestedRules(paths)).toEqual([part]);
    expect(findUntestedRules(paths, [{ path: rules, text: "import { d } from './dates-rules.ts';" }])).toEqual([]);
  });
});

import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { listSources, readSources, type Source } from './sources.ts';

interface Manifest {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  overrides: Record<string, string>;
}

interface LockedPackage {
  version?: string;
  resolved?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

interface Lock {
  packages: Record<string, LockedPackage>;
}

/** A path or a registry of the machine it was written on. Assembled, so that this file does not find itself. */
const FOREIGN = [
  String.raw`(?<![\w.])/(work|root|Users)/[\w.-]`,
  String.raw`(?<![\w.])/home/(?!truyen-thanh)[\w-]+/`,
  String.raw`\/\/[\w.-]*(?:artifactory|nexus|verdaccio|pypi|npm)[\w.-]*(?::\d+)?\/`,
].map((source) => new RegExp(source));
const PUBLIC_HOSTS = /\/\/(www\.)?(registry\.npmjs\.org|npmjs\.com|docs\.npmjs\.com)\//g;

function findForeign({ path, text }: Source): string[] {
  const lines = text.replaceAll(PUBLIC_HOSTS, '').split('\n');
  return lines.flatMap((line, index) =>
    FOREIGN.some((pattern) => pattern.test(line)) ? [`${path}:${index + 1} ${line.trim()}`] : [],
  );
}

/** Packages that a lock file speaks of but does not pin: `npm ci` then refuses, although `npm install` was content. */
function findHoles({ packages }: Lock): string[] {
  return Object.entries(packages).flatMap(([path, { optionalDependencies }]) => {
    // Node looks beside the package's own folder, then beside each folder above it.
    const owners = [...path.matchAll(/node_modules\//g)].map(({ index }) => path.slice(0, index));
    const places = [`${path}/`, ...owners];
    const isPinned = (name: string) => places.some((place) => packages[`${place}node_modules/${name}`]?.version !== undefined);
    return Object.keys(optionalDependencies ?? {}).filter((name) => !isPinned(name));
  });
}

function isBash(path: string): boolean {
  return !/\.[a-z]+$/.test(path) && readFileSync(path, 'utf8').startsWith('#!/usr/bin/env bash');
}

describe('what we ship', () => {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lock;

  test('pins every package to one version', () => {
    const versions = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.overrides };
    expect(Object.keys(versions).length).toBeGreaterThan(10);
    expect(Object.entries(versions).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
  });

  test('has a lock file that agrees with package.json', () => {
    expect(lock.packages['']?.dependencies).toEqual(manifest.dependencies);
    expect(lock.packages['']?.devDependencies).toEqual(manifest.devDependencies);
  });

  test('has a lock file without holes, so that npm ci can follow it', () => {
    expect(findHoles(lock)).toEqual([]);
    const parts = {
      'node_modules/a': { optionalDependencies: { b: '1.0.0', c: '1.0.0' } },
      'node_modules/b': { version: '1.0.0' },
      'node_modules/c': {},
    };
    expect(findHoles({ packages: parts })).toEqual(['c']);
    expect(findHoles({ packages: { ...parts, 'node_modules/a/node_modules/c': { version: '1.0.0' } } })).toEqual([]);
  });

  test('takes packages from the public registry or leaves the place open', () => {
    const places = Object.values(lock.packages).flatMap(({ resolved }) => (resolved === undefined ? [] : [resolved]));
    expect(places.filter((place) => !place.startsWith('https://registry.npmjs.org/'))).toEqual([]);
  });

  test('names no path and no registry of the machine it was written on', () => {
    const texts = readSources(
      (path) => /\.(ts|tsx|mjs|js|json|md|ya?ml|service|html|css)$|^[^.]+$/.test(path) && path !== 'package-lock.json',
    );
    expect(texts.length).toBeGreaterThan(20);
    expect(texts.flatMap(findForeign)).toEqual([]);
  });

  test('would find such a path or registry', () => {
    const found = (text: string) => findForeign({ path: 'x.ts', text }).length;
    expect(found(['', 'work', 'main'].join('/'))).toBe(1);
    expect(found(['', 'home', 'someone', 'code'].join('/'))).toBe(1);
    expect(found(['https:', '', 'npm.example.net', 'zod'].join('/'))).toBe(1);
    expect(found('https://registry.npmjs.org/zod and ./work/main and /api/root/keys')).toBe(0);
  });

  test('has shell scripts that parse, stop at the first error and can be run', () => {
    const scripts = listSources().filter(isBash);
    expect(scripts).toEqual(expect.arrayContaining(['.ci/run', 'scripts/install-needs', 'scripts/start', 'scripts/test']));
    for (const script of scripts) {
      execFileSync('bash', ['-n', script]);
      expect(readFileSync(script, 'utf8'), script).toContain('\nset -euo pipefail\n');
      expect(statSync(script).mode & 0o111, script).toBe(0o111);
    }
  });
});

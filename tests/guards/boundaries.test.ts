import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BOUNDARIES, STAGES } from '../../scripts/checks/boundaries.ts';
import { cruiseTree } from '../../scripts/checks/cruise-tree.ts';
import { TempFolder } from '../support/temp-folder.ts';
import { listSources } from './sources.ts';

const ROOT = process.cwd();

type Tree = Record<string, string>;

/** What the planted files point at: harmless by itself, and by far not all of the real tree. */
const GROUND: Tree = {
  'server/main.ts': `import { app } from './app.ts'; console.log(app);`,
  'server/app.ts': `export const app = 1;`,
  'server/config.ts': `export const limits = 1;`,
  'server/contract/bulletin.ts': `import { z } from 'zod'; export const Bulletin = z.string();`,
  'server/lib/problem.ts': `export const problem = 1;`,
  'server/lib/disk.ts': `import { readFile } from 'node:fs/promises'; export const read = readFile;`,
  'server/http/routes.ts': `import express from 'express'; import { rateLimit } from 'express-rate-limit'; export const routes = [express, rateLimit];`,
  'server/queue/queue.ts': `import { Queue } from 'bullmq'; import { Redis } from 'ioredis'; export const queue = [Queue, Redis];`,
  'server/queue/private-redis.ts': `import { spawn } from 'node:child_process'; export const start = spawn;`,
  'server/database/open-database.ts': `import knex from 'knex'; export const open = knex;`,
  'server/media/ffmpeg.ts': `import ffmpeg from 'fluent-ffmpeg'; export const run = ffmpeg;`,
  'server/areas/area-store.ts': `import knex from 'knex'; export const areas = knex;`,
  'server/receivers/broker.ts': `import { Aedes } from 'aedes'; import { areas } from '../areas/area-store.ts'; export const broker = [Aedes, areas];`,
  'server/bulletins/bulletin.ts': `import type { Knex } from 'knex'; export type Bulletin = Knex;`,
  'server/bulletins/bulletin-routes.ts': `import type { Router } from 'express'; export type Routes = Router;`,
  'server/bulletins/approval-rules.ts': `import { Bulletin } from '#contract/bulletin.ts'; import { problem } from '../lib/problem.ts'; export const decide = [Bulletin, problem];`,
  'server/rendering/abbreviations.ts': `export const abbreviations = { UBND: 'Uỷ ban nhân dân' };`,
  'server/rendering/espeak-engine.ts': `import { execFile } from 'node:child_process'; export const speak = execFile;`,
  'server/rendering/normalise-rules.ts': `import { ReadingConfig } from 'read-vietnamese-number'; import { abbreviations } from './abbreviations.ts'; import { decide } from '../bulletins/approval-rules.ts'; export const normalise = [ReadingConfig, abbreviations, decide];`,
  'server/scheduling/airing.ts': `import { normalise } from '../rendering/normalise-rules.ts'; export const airing = normalise;`,
  'server/dispatch/programme.ts': `import { airing } from '../scheduling/airing.ts'; import { sign } from '#signing/sign.ts'; export const programme = [airing, sign];`,
  'server/alerts/alert.ts': `import { programme } from '../dispatch/programme.ts'; export const alert = programme;`,
  'server/maintenance/incident.ts': `export const incident = 1;`,
  'server/reports/coverage.ts': `import { incident } from '../maintenance/incident.ts'; export const coverage = incident;`,
  'signing/sign.ts': `import { sign as node } from 'node:crypto'; import canonicalize from 'canonicalize'; import { z } from 'zod'; import { Bulletin } from '#contract/bulletin.ts'; export const sign = [node, canonicalize, z, Bulletin];`,
  'edge-agent/main.ts': `import { spawn } from 'node:child_process'; import { sign } from '#signing/sign.ts'; import { Bulletin } from '#contract/bulletin.ts'; import { link } from './link/link.ts'; console.log(spawn, sign, Bulletin, link);`,
  'edge-agent/link/link.ts': `import mqtt from 'mqtt'; export const link = mqtt;`,
  'edge-agent/audio/player.ts': `import { spawn } from 'node:child_process'; export const player = spawn;`,
  'web/routes.ts': `import { Bulletin } from '#contract/bulletin.ts'; export const routes = Bulletin;`,
  'scripts/demo.ts': `import { soundCard } from '../tests/support/sound-card.ts'; import { app } from '../server/app.ts'; import { spawn } from 'node:child_process'; console.log(soundCard, app, spawn);`,
  'tests/support/sound-card.ts': `export const soundCard = 1;`,
  'tests/unit/bulletins/approval-rules.test.ts': `import { decide } from '../../../server/bulletins/approval-rules.ts'; import { test } from 'vitest'; test('decide', () => void decide);`,
};

/** Reported once, at one of its two files. */
const CIRCLE: Tree = { 'server/lib/egg.ts': `import './chicken.ts';` };

interface Plant {
  rule: string;
  what: string;
  file: string;
  source: string;
}

function plant(rule: string, file: string, source: string, what = source): Plant {
  return { rule, what, file, source };
}

const STAGE_FILES: Record<string, string> = {
  bulletins: 'bulletin.ts',
  rendering: 'espeak-engine.ts',
  scheduling: 'airing.ts',
  dispatch: 'programme.ts',
  alerts: 'alert.ts',
  maintenance: 'incident.ts',
  reports: 'coverage.ts',
};

/** Each stage against the very next one: the order of the list itself is under test. */
const lookingAhead = STAGES.slice(0, -1).map((stage, place) => {
  const next = STAGES[place + 1] ?? '';
  return plant(`${stage}-looks-ahead`, `server/${stage}/look-ahead.ts`, `import '../${next}/${STAGE_FILES[next]}';`);
});

const PLANTS: Plant[] = [
  ...lookingAhead,
  plant(
    'bulletins-looks-ahead',
    'server/bulletins/type-ahead.ts',
    `import type { alert } from '../alerts/alert.ts'; export type A = typeof alert;`,
  ),
  plant(
    'bulletins-looks-ahead',
    'server/bulletins/later-ahead.ts',
    `export const later = () => import('../reports/coverage.ts');`,
  ),
  plant('bulletins-looks-ahead', 'server/bulletins/passes-on.ts', `export { airing } from '../scheduling/airing.ts';`),
  plant(
    'bulletins-looks-ahead',
    'server/bulletins/ahead-while-using.ts',
    `export async function look() { await using airing = await import('../scheduling/airing.ts'); console.log(airing); }`,
  ),
  plant('support-knows-a-stage', 'server/receivers/link.ts', `import '../dispatch/programme.ts';`),
  plant('technology-knows-the-domain', 'server/http/authenticate.ts', `import '../areas/area-store.ts';`),
  plant('technology-knows-the-domain', 'server/queue/render.ts', `import '../rendering/espeak-engine.ts';`),
  plant('app-is-the-top', 'server/scheduling/use-app.ts', `import { app } from '../app.ts'; console.log(app);`),
  plant('server-stands-alone', 'server/dispatch/use-agent.ts', `import '../../edge-agent/audio/player.ts';`),
  plant('contract-only', 'edge-agent/problems.ts', `import '../server/lib/problem.ts';`),
  plant('contract-only', 'web/decide.ts', `import '../server/bulletins/bulletin.ts';`),
  plant('contract-only', 'web/agent.ts', `import '../edge-agent/audio/player.ts';`),
  plant('no-signing-in-web', 'web/verify.ts', `import { sign } from '#signing/sign.ts'; console.log(sign);`),
  plant(
    'contract-imports-zod-only',
    'server/contract/hash.ts',
    `import { createHash } from 'node:crypto'; console.log(createHash);`,
  ),
  plant('contract-imports-zod-only', 'server/contract/problem.ts', `import '../lib/problem.ts';`),
  plant('contract-imports-zod-only', 'server/contract/log.ts', `import type { Logger } from 'pino'; export type Log = Logger;`),
  plant('signing-imports-little', 'signing/keys.ts', `import { readFile } from 'node:fs/promises'; console.log(readFile);`),
  plant('signing-imports-little', 'signing/refuse.ts', `import '../server/lib/problem.ts';`),
  plant('rules-are-pure', 'server/bulletins/hash-rules.ts', `import { createHash } from 'node:crypto'; console.log(createHash);`),
  plant('rules-are-pure', 'server/bulletins/disk-rules.ts', `import '../lib/disk.ts';`),
  plant(
    'rules-are-pure',
    'edge-agent/audio/next-rules.ts',
    `import type { player } from './player.ts'; export type P = typeof player;`,
  ),
  plant('sql-in-stores', 'server/bulletins/submit-bulletin.ts', `import knex from 'knex'; console.log(knex);`),
  plant('sql-in-stores', 'server/bulletins/count-bulletins.ts', `import sqlite3 from 'sqlite3'; console.log(sqlite3);`),
  plant(
    'express-in-http',
    'server/bulletins/compose-bulletin.ts',
    `import type { Request } from 'express'; export type R = Request;`,
  ),
  plant('express-in-routes-by-type', 'server/bulletins/draft-routes.ts', `import express from 'express'; console.log(express);`),
  plant('bullmq-in-queue', 'server/rendering/render-worker.ts', `import { Worker } from 'bullmq'; console.log(Worker);`),
  plant('bullmq-in-queue', 'server/lib/redis.ts', `import { Redis } from 'ioredis'; console.log(Redis);`),
  plant('broker-in-receivers', 'server/dispatch/publish.ts', `import { Aedes } from 'aedes'; console.log(Aedes);`),
  plant('mqtt-in-agent-link', 'edge-agent/audio/command.ts', `import mqtt from 'mqtt'; console.log(mqtt);`),
  plant('ffmpeg-in-one-file', 'server/media/probe.ts', `import ffmpeg from 'fluent-ffmpeg'; console.log(ffmpeg);`),
  plant('child-process-in-few', 'server/bulletins/run.ts', `import { spawn } from 'node:child_process'; console.log(spawn);`),
  plant('child-process-in-few', 'edge-agent/link/run.ts', `import { spawn } from 'child_process'; console.log(spawn);`),
  plant(
    'child-process-in-few',
    'server/queue/run.ts',
    `export const spawn = async () => (await import('node:child_process')).spawn;`,
  ),
  plant('no-import-of-tests', 'server/lib/sound.ts', `import '../../tests/support/sound-card.ts';`),
  plant('scripts-use-test-support-only', 'scripts/seed.ts', `import '../tests/unit/bulletins/approval-rules.test.ts';`),
  plant('no-dev-dependency', 'server/lib/build.ts', `import { build } from 'esbuild'; console.log(build);`),
  plant('no-unresolvable', 'server/lib/nowhere.ts', `import './nowhere-at-all.ts';`),
  plant('no-circular', 'server/lib/chicken.ts', `import './egg.ts';`),
];

async function plantTree(root: string, tree: Tree): Promise<void> {
  await copyFile(join(ROOT, 'package.json'), join(root, 'package.json'));
  await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  for (const [path, source] of Object.entries(tree)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), `${source}\n`);
  }
}

describe('the boundaries', () => {
  test('let through what the design allows', async () => {
    await using folder = await TempFolder.create();
    await plantTree(folder.path, GROUND);
    const { modulesSeen, violations } = await cruiseTree(folder.path);
    expect(violations).toEqual([]);
    expect(modulesSeen).toBe(Object.keys(GROUND).length);
  });

  test('report each planted violation by its own rule and no other', async () => {
    await using folder = await TempFolder.create();
    await plantTree(folder.path, {
      ...GROUND,
      ...CIRCLE,
      ...Object.fromEntries(PLANTS.map(({ file, source }) => [file, source])),
    });
    const { violations } = await cruiseTree(folder.path);
    const reported = PLANTS.map(({ file, what }) => ({
      what,
      rules: violations.filter(({ from }) => from === file).map(({ rule }) => rule),
    }));
    expect(reported).toEqual(PLANTS.map(({ rule, what }) => ({ what, rules: [rule] })));
    expect(violations).toHaveLength(PLANTS.length);
  });

  test('have no rule without a planted violation', () => {
    const planted = new Set(PLANTS.map(({ rule }) => rule));
    expect(BOUNDARIES.map(({ name }) => name).filter((name) => !planted.has(name))).toEqual([]);
  });

  test('hold in our own tree, all of which was seen', async () => {
    const { modulesSeen, violations } = await cruiseTree(ROOT);
    expect(violations.map(({ rule, from, to }) => `${rule}: ${from} -> ${to}`)).toEqual([]);
    const sources = listSources().filter((path) => path.includes('/') && /\.tsx?$/.test(path));
    expect(modulesSeen).toBeGreaterThanOrEqual(sources.length);
    expect(modulesSeen).toBeGreaterThan(20);
  });
});

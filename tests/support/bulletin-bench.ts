import { join } from 'node:path';
import { pino } from 'pino';
import type { Bulletin } from '#contract/bulletin.ts';
import { endpoints, type EndpointName } from '#contract/endpoints.ts';
import type { FeedEvent } from '#contract/live-feed.ts';
import { accountRoutes } from '../../server/accounts/account-routes.ts';
import { findAccountNamed } from '../../server/accounts/account-store.ts';
import { createAccount } from '../../server/accounts/create-account.ts';
import { ensureFirstAdministrator } from '../../server/accounts/first-administrator.ts';
import { PasswordHasher } from '../../server/accounts/password-hasher.ts';
import { SecretBox } from '../../server/accounts/secret-box.ts';
import { findSession } from '../../server/accounts/session.ts';
import { findRootAreaId, listAncestry } from '../../server/areas/area-store.ts';
import { createArea } from '../../server/areas/create-area.ts';
import type { BulletinDeps } from '../../server/bulletins/bulletin-deps.ts';
import { bulletinRoutes } from '../../server/bulletins/bulletin-routes.ts';
import { findBulletin } from '../../server/bulletins/bulletin-store.ts';
import { readBulletin } from '../../server/bulletins/read-bulletins.ts';
import { UploadDesk } from '../../server/bulletins/upload-desk.ts';
import { uploadMount } from '../../server/bulletins/upload-routes.ts';
import { type Db, openDatabase } from '../../server/database/open-database.ts';
import type { Gatekeeper } from '../../server/http/bind-endpoint.ts';
import { closeServer, createHttpServer, listen } from '../../server/http/http-server.ts';
import { type Clock, instantOf, systemClock } from '../../server/lib/clock.ts';
import { Problem } from '../../server/lib/problem.ts';
import { AudioLibrary } from '../../server/media/audio-library.ts';
import { defaultPrograms, type MediaPrograms } from '../../server/media/probe-programs.ts';
import { bulletinRendering } from '../../server/rendering/bulletin-rendering.ts';
import { EspeakEngine } from '../../server/rendering/espeak-engine.ts';
import { checkText } from '../../server/rendering/normalise-check-rules.ts';
import { prepareWorkFolder } from '../../server/rendering/prepare-work-folder.ts';
import { RenderRuns } from '../../server/rendering/render-runs.ts';
import type { RenderDeps, RenderQueue } from '../../server/rendering/rendering-deps.ts';
import { renderingRoutes } from '../../server/rendering/rendering-routes.ts';
import type { TtsEngine } from '../../server/rendering/tts-engine.ts';
import { ApiClient } from './api-client.ts';
import { TempFolder } from './temp-folder.ts';
import { waitFor } from './wait-for.ts';

export interface BulletinBenchOptions {
  /** Kept; without it a folder of the bench's own. */
  dataFolder?: string;
  clock?: Clock;
  engines?: readonly TtsEngine[];
  programs?: MediaPrograms;
  uploadsFolder?: string;
  workFolder?: string;
  roomKeptBytes?: number;
  limits?: Partial<typeof LIMITS>;
  /** What stands where the queue would. Absent: what is ordered runs at once, in this process. */
  queue?: RenderQueue;
}

const LIMITS = {
  textCharactersMax: 20_000,
  uploadBytesMax: 20 * 1024 * 1024,
  uploadsOpenMax: 20,
  audioMsMax: 600_000,
  silentBelowLufs: -50,
};

/** Bulletins, uploads and rendering on a real HTTP server, with two communes and people in both. */
export class BulletinBench implements AsyncDisposable {
  readonly db: Db;
  readonly clock: Clock;
  readonly desk: UploadDesk;
  readonly runs: RenderRuns;
  readonly renderDeps: RenderDeps;
  readonly bulletinDeps: BulletinDeps;
  readonly library: AudioLibrary;
  readonly events: FeedEvent[] = [];
  readonly dataFolder: string;
  url = '';
  areas: Record<'root' | 'north' | 'south', string> = { root: '', north: '', south: '' };
  readonly #closers: (() => Promise<unknown>)[] = [];

  private constructor(
    parts: Pick<BulletinBench, 'db' | 'clock' | 'desk' | 'library' | 'dataFolder'> & {
      engines: readonly TtsEngine[];
      workFolder: string;
    },
    options: BulletinBenchOptions,
  ) {
    const limits = { ...LIMITS, ...options.limits };
    const { db, clock, desk, library } = parts;
    this.db = db;
    this.clock = clock;
    this.desk = desk;
    this.library = library;
    this.dataFolder = parts.dataFolder;
    const publish = (event: FeedEvent) => void this.events.push(event);
    this.renderDeps = {
      db,
      clock,
      logger: pino({ level: 'silent' }),
      engines: parts.engines,
      programs: options.programs ?? defaultPrograms,
      audioLibrary: library,
      workFolder: parts.workFolder,
      uploadPath: (uploadId) => desk.files.pathOf(uploadId),
      limits,
      publish,
    };
    this.runs = new RenderRuns(this.renderDeps);
    const queue = options.queue ?? {
      enqueue: async (key) => this.runs.runAtOnce(key),
      cancel: async () => undefined,
    };
    this.bulletinDeps = {
      db,
      clock,
      rendering: bulletinRendering({ queue, runs: this.runs }),
      checkText: (text) => checkText(text, limits),
      publish,
    };
    this.#routes = renderingRoutes({
      db,
      clock,
      publish,
      queue,
      runs: this.runs,
      audioLibrary: library,
      limits,
      readBulletin: (bulletinId) => readBulletin(this.bulletinDeps, bulletinId),
    }).concat(bulletinRoutes({ ...this.bulletinDeps, uploads: desk }));
  }

  readonly #routes: ReturnType<typeof bulletinRoutes>;

  static async open(options: BulletinBenchOptions = {}): Promise<BulletinBench> {
    const folder = options.dataFolder === undefined ? await TempFolder.create() : undefined;
    const dataFolder = options.dataFolder ?? folder?.path ?? '';
    const clock = options.clock ?? systemClock;
    const limits = { ...LIMITS, ...options.limits };
    const db = await openDatabase(dataFolder);
    const desk = await UploadDesk.open({
      db,
      clock,
      folder: options.uploadsFolder ?? join(dataFolder, 'uploads'),
      limits,
      mediaJob: { programs: options.programs ?? defaultPrograms, timeLimitMs: 60_000 },
      roomKeptBytes: options.roomKeptBytes ?? 0,
    });
    const library = await AudioLibrary.open(join(dataFolder, 'media'));
    const workFolder = options.workFolder ?? (await prepareWorkFolder(dataFolder));
    const engines = options.engines ?? [new EspeakEngine()];
    const bench = new BulletinBench({ db, clock, desk, library, dataFolder, engines, workFolder }, options);
    bench.#closers.push(
      async () => folder?.[Symbol.asyncDispose](),
      () => db.destroy(),
      () => bench.runs.close(),
      () => desk.close(),
    );
    await bench.#settle();
    await bench.#serve();
    return bench;
  }

  /** Signed in as one of author, author2, approver, officer (all of the north), editor (author and approver there), stranger (author of the south). */
  as(username: string): Promise<ApiClient> {
    return ApiClient.signIn(this.url, username, PASSWORD);
  }

  compose(client: ApiClient, more: Record<string, unknown> = {}): Promise<Bulletin> {
    const body = { areaId: this.areas.north, kind: 'text', title: 'Lịch tiêm phòng', text: TEXT, field: 4, ...more };
    return client.call('composeBulletin', { body: body as never });
  }

  /** Waits until its rendering has ended, however. */
  rendered(client: ApiClient, bulletinId: string, state = 'done'): Promise<Bulletin> {
    return waitFor(
      `bulletin ${bulletinId} to be ${state}`,
      async () => {
        const bulletin = await client.call('readBulletin', { params: { bulletinId } });
        if (bulletin.rendering.state === state) return bulletin;
        if (['failed', 'cancelled', 'done'].includes(bulletin.rendering.state)) {
          throw new Error(`rendering ended as ${JSON.stringify(bulletin.rendering)}`);
        }
        return undefined;
      },
      40_000,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const closer of this.#closers.splice(0).toReversed()) await closer();
  }

  async #settle(): Promise<void> {
    const { db, clock } = this;
    const passwords = await PasswordHasher.create();
    const first = await ensureFirstAdministrator({ db, clock, passwords, config: { rootName: 'Tỉnh Quảng Nam' } });
    const root = (await findRootAreaId(db)) ?? '';
    this.areas = { root, north: '', south: '' };
    if (first) {
      const account = await findAccountNamed(db, first.username, instantOf(clock.now()));
      if (!account) throw new Error('the first administrator is missing');
      const admin = { accountId: account.accountId, grants: account.grants };
      const add = async (name: string, code: string) =>
        (await createArea(this, admin, { parentId: root, level: 'commune', name, code })).areaId;
      const north = await add('Xã Bắc', 'north');
      const south = await add('Xã Nam', 'south');
      const people: [string, [string, string][]][] = [
        ['author', [['author', north]]],
        ['author2', [['author', north]]],
        ['approver', [['approver', north]]],
        ['officer', [['duty-officer', north]]],
        [
          'editor',
          [
            ['author', north],
            ['approver', north],
          ],
        ],
        ['stranger', [['author', south]]],
      ];
      for (const [username, grants] of people) {
        const granted = grants.map(([role, areaId]) => ({ role: role as 'author', areaId }));
        const deps = { db, clock, passwords, config: { sessionHours: 12 } };
        await createAccount(deps as never, admin, { username, displayName: username, password: PASSWORD, grants: granted });
      }
    }
    for (const { area_id, code } of await db('areas').select<{ area_id: string; code: string }[]>('area_id', 'code')) {
      if (code === 'north' || code === 'south') this.areas[code] = area_id;
    }
    this.#passwords = passwords;
  }

  #passwords: PasswordHasher | undefined;

  async #serve(): Promise<void> {
    const { db, clock } = this;
    const gatekeeper: Gatekeeper = {
      findSession: (token) => findSession({ db, clock }, token),
      findReceiver: () => Promise.resolve(undefined),
      findAreaOf: async (branch, id) =>
        branch === 'bulletin'
          ? (await findBulletin(db, id))?.areaId
          : branch === 'upload'
            ? (await this.desk.find(id))?.areaId
            : id,
      listAncestry: (areaId) => listAncestry(db, areaId, instantOf(clock.now())),
    };
    const passwords = this.#passwords as PasswordHasher;
    const secrets = await SecretBox.open(join(this.dataFolder, 'second-factor.key'), () => Promise.resolve(false));
    const routes = [
      ...accountRoutes({ db, clock, config: { sessionHours: 12, signInsPerMinute: 10_000 }, passwords, secrets }),
      ...this.#routes,
    ];
    const given = new Set(routes.map((route) => route.name));
    const others = (Object.keys(endpoints) as EndpointName[]).filter((name) => !given.has(name));
    const server = createHttpServer({
      logger: pino({ level: 'silent' }),
      gatekeeper,
      routes: [...routes, ...others.map((name) => ({ name, handle: () => Promise.reject(new Problem('not-found')) }))],
      mounts: [uploadMount({ gatekeeper, desk: this.desk })],
      requestsPerMinute: 100_000,
    });
    this.url = `http://127.0.0.1:${await listen(server, 0, '127.0.0.1')}`;
    this.#closers.push(() => closeServer(server));
  }
}

export const PASSWORD = 'chim sẻ gọi đàn 42';
export const TEXT = 'Trạm y tế xã thông báo lịch tiêm phòng lúc 7h30 ngày 12/9. Bà con mang theo sổ, xin cảm ơn.';

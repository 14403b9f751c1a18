import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Policy } from '#contract/order.ts';
import { ensureFirstAdministrator } from './accounts/first-administrator.ts';
import { PasswordHasher } from './accounts/password-hasher.ts';
import { findClusterArea } from './areas/cluster-store.ts';
import { hasSecondFactors } from './accounts/second-factor-store.ts';
import { SecretBox } from './accounts/secret-box.ts';
import { UploadDesk } from './bulletins/upload-desk.ts';
import type { Config } from './config.ts';
import { type Db, inTransaction, openDatabase } from './database/open-database.ts';
import { getState, setState } from './database/server-state-store.ts';
import { LiveFeed } from './http/live-feed.ts';
import type { Clock } from './lib/clock.ts';
import { lockFolder } from './lib/folder-lock.ts';
import { isProblem } from './lib/problem.ts';
import { publisher, type Publish } from './live-publisher.ts';
import { AudioLibrary } from './media/audio-library.ts';
import { defaultPrograms, type MediaPrograms, probePrograms, type ProgramPresence } from './media/probe-programs.ts';
import { readSignalTones } from './media/signal-tones.ts';
import { JobQueue } from './queue/job-queue.ts';
import { PrivateRedis } from './queue/private-redis.ts';
import { type KeyRing, openKeyRing } from './receivers/key-ring.ts';
import { raiseAllProgrammeRevisions } from './receivers/placement-store.ts';
import { Presence } from './receivers/presence.ts';
import { findReceiver } from './receivers/receiver-store.ts';
import { prepareWorkFolder } from './rendering/prepare-work-folder.ts';
import type { SignalTones } from './scheduling/airing-rules.ts';

/** The long-lived parts that stages stand on, opened in the order in which each needs the one before. */
export interface Ground {
  db: Db;
  keyRing: KeyRing;
  passwords: PasswordHasher;
  secrets: SecretBox;
  feed: LiveFeed;
  publish: Publish;
  presence: Presence;
  library: AudioLibrary;
  uploads: UploadDesk;
  queue: JobQueue;
  policy: Policy;
  programs: MediaPrograms;
  workFolder: string;
  missingPrograms: ProgramPresence[];
  firstAdministrator: { username: string; password: string } | undefined;
  readTones(): SignalTones;
  /** Tries again what a missing program kept from being made. */
  makeTones(): Promise<void>;
}

/** A whole hour of recording is decoded in a fraction of this. */
const MEDIA_TIME_LIMIT_MS = 15 * 60_000;

export type Closers = (() => Promise<unknown>)[];

export async function openGround(config: Config, clock: Clock, logger: Logger, closers: Closers): Promise<Ground> {
  const lock = await lockFolder(config.data);
  closers.push(async () => lock[Symbol.asyncDispose]());
  const db = await openDatabase(config.data);
  closers.push(() => db.destroy());
  const keyRing = await openKeyRing(config.data, clock);
  // Beside the keys: a copy of the database alone gives no second factor away.
  const secrets = await SecretBox.open(join(config.data, 'keys', 'second-factor.key'), () => hasSecondFactors(db));
  const passwords = await PasswordHasher.create();
  const firstAdministrator = await ensureFirstAdministrator({ db, clock, config, passwords });
  const policy = await settlePolicy(db, config);
  const feed = new LiveFeed();
  closers.push(async () => feed.close());
  const publish = publisher(db, clock, feed, logger);
  const presence = await openPresence(db, clock, logger, config, publish);
  closers.push(() => presence.close());
  const media = await openMedia(db, clock, config, logger);
  closers.push(() => media.uploads.close());
  const queue = await openQueue(config, logger, closers);
  return { db, keyRing, passwords, secrets, firstAdministrator, policy, feed, publish, presence, queue, ...media };
}

async function openMedia(db: Db, clock: Clock, config: Config, logger: Logger) {
  const programs = defaultPrograms;
  const missingPrograms = (await probePrograms(programs)).filter((presence) => presence.state !== 'present');
  const library = await AudioLibrary.open(join(config.data, 'audio'));
  const workFolder = await prepareWorkFolder(config.data);
  const job = { programs, timeLimitMs: MEDIA_TIME_LIMIT_MS };
  const uploads = await UploadDesk.open({ db, clock, folder: join(config.data, 'uploads'), limits: config, mediaJob: job });
  let tones: SignalTones = { chime: null, endTone: null };
  const makeTones = async () => {
    if (tones.chime !== null) return;
    try {
      tones = await readSignalTones({ db, library, workFolder, job });
    } catch (error) {
      const why = isProblem(error) ? { code: error.code, params: error.params } : { err: error as Error };
      logger.warn(why, 'chime and end tone are not made yet; trying again with the next upkeep');
    }
  };
  await makeTones();
  return { programs, missingPrograms, library, workFolder, uploads, makeTones, readTones: () => tones };
}

async function openPresence(db: Db, clock: Clock, logger: Logger, config: Config, publish: Publish): Promise<Presence> {
  return Presence.open({
    db,
    clock,
    logger,
    config,
    onChange: ({ receiverId, presence, at }) => {
      const tell = async () => {
        const clusterId = (await findReceiver(db, receiverId))?.clusterId;
        const areaId = clusterId ? await findClusterArea(db, clusterId, at) : undefined;
        if (areaId !== undefined) publish({ type: 'receiver-changed', receiverId, presence, at }, areaId);
      };
      tell().catch((error: unknown) =>
        logger.warn({ err: error as Error, receiverId }, 'a change of presence did not reach the feed'),
      );
    },
  });
}

async function openQueue(config: Config, logger: Logger, closers: Closers): Promise<JobQueue> {
  if (config.redisUrl === undefined) {
    const redis = await PrivateRedis.open({ dataFolder: config.data, log: logger });
    closers.push(() => redis.close());
    return openJobQueue({ socketPath: redis.socketPath }, logger, closers);
  }
  return openJobQueue({ url: config.redisUrl }, logger, closers);
}

async function openJobQueue(
  redis: { socketPath: string } | { url: string },
  logger: Logger,
  closers: Closers,
): Promise<JobQueue> {
  const queue = await JobQueue.open({ redis, prefix: 'truyen-thanh', log: logger });
  closers.push(() => queue.close());
  return queue;
}

/** A policy other than the one programmes were built with makes them all stale: receivers hold quiet hours themselves. */
async function settlePolicy(db: Db, config: Config): Promise<Policy> {
  const { timeZone, quietHours, volumePercentMax } = config;
  const policy: Policy = { timeZone, quietHours, volumePercentMax };
  const text = JSON.stringify(policy);
  await inTransaction(db, async (transaction) => {
    if ((await getState(transaction, 'policy')) === text) return;
    await setState(transaction, 'policy', text);
    await raiseAllProgrammeRevisions(transaction);
  });
  return policy;
}

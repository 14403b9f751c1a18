import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import knex, { type Knex } from 'knex';
import { migrations } from './migrations/all.ts';

/** A connection or a transaction: stores take whichever they are given and never open their own. */
export type Db = Knex;

// NOTE: the driver is archived upstream; this word is the one place that names it.
const CLIENT = 'sqlite3';
const FILE = 'truyen-thanh.sqlite';

/**
 * Opens DATA/truyen-thanh.sqlite and brings it to the newest migration.
 *
 * Invariants:
 * - one connection: a query outside the open transaction waits for it, so inside `inTransaction` use only the given `db`;
 * - WAL with synchronous=FULL: what was committed survives a power cut, because acknowledgements follow commits.
 */
export async function openDatabase(dataFolder: string): Promise<Db> {
  await mkdir(dataFolder, { recursive: true });
  const db = knex({
    client: CLIENT,
    connection: { filename: join(dataFolder, FILE) },
    useNullAsDefault: true,
    pool: { min: 1, max: 1, acquireTimeoutMillis: 60_000, afterCreate: prepareConnection },
  });
  try {
    await db.migrate.latest({ migrationSource });
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return db;
}

/** Reads beside a running server: changes nothing, migrates nothing, and keeps no lock that a writer would wait for. */
export function openDatabaseToRead(dataFolder: string): Db {
  return knex({
    client: CLIENT,
    connection: { filename: join(dataFolder, FILE) },
    useNullAsDefault: true,
    pool: { min: 0, max: 1, afterCreate: allowReadsOnly },
  });
}

/** Runs `work` in one transaction: all of it is durable when the promise resolves, or none of it happened. */
export function inTransaction<T>(db: Db, work: (db: Db) => Promise<T>): Promise<T> {
  return db.transaction((transaction) => work(transaction));
}

const migrationSource: Knex.MigrationSource<(typeof migrations)[number]> = {
  getMigrations: () => Promise.resolve([...migrations]),
  getMigrationName: (migration) => migration.name,
  getMigration: (migration) => Promise.resolve(migration),
};

interface SqliteConnection {
  exec(sql: string, done: (error: Error | null) => void): void;
}

type Prepare = (connection: SqliteConnection, done: (error: Error | null, connection: SqliteConnection) => void) => void;

const allowReadsOnly: Prepare = (connection, done) => {
  // knex adds its flags to "read, write and create", which SQLite refuses together with "read only": a pragma says it as well.
  connection.exec('PRAGMA query_only = ON; PRAGMA busy_timeout = 5000;', (error) => done(error, connection));
};

const prepareConnection: Prepare = (connection, done) => {
  const pragmas = `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000;`;
  connection.exec(pragmas, (error) => done(error, connection));
};

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { insertMany } from '../../../server/database/insert-many.ts';
import { type Db, inTransaction, openDatabase, openDatabaseToRead } from '../../../server/database/open-database.ts';
import { updateMany } from '../../../server/database/update-many.ts';
import { TempFolder } from '../../support/temp-folder.ts';

let folder: TempFolder;
let db: Db;
beforeEach(async () => {
  folder = await TempFolder.create();
  db = await openDatabase(folder.path);
  await db.schema.createTable('things', (table) => {
    table.text('id').primary();
    table.text('name');
    table.integer('size');
  });
});
afterEach(async () => {
  await db.destroy();
  await folder[Symbol.asyncDispose]();
});

const rows = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: `${index}`, name: `cụm "${index}"`, size: index }));

describe('the database', () => {
  it('keeps what it promises of durability, and opens a second time with nothing left to migrate', async () => {
    const pragma = async (name: string) => Object.values(((await db.raw(`PRAGMA ${name}`)) as object[])[0] ?? {})[0] as unknown;
    expect([await pragma('journal_mode'), await pragma('synchronous'), await pragma('foreign_keys')]).toEqual(['wal', 2, 1]);
    await db.destroy();
    db = await openDatabase(folder.path);
    expect(await db('things')).toEqual([]);
  });

  it('takes all of a transaction or none of it', async () => {
    const work = inTransaction(db, async (transaction) => {
      await insertMany(transaction, 'things', rows(3));
      throw new Error('half way');
    });
    await expect(work).rejects.toThrow('half way');
    expect(await db('things')).toEqual([]);
  });

  it('inserts and updates thousands of rows, with quotes, nulls and Vietnamese', async () => {
    await insertMany(db, 'things', rows(1201));
    expect(await db('things').where({ id: '1200' })).toEqual([{ id: '1200', name: 'cụm "1200"', size: 1200 }]);
    await updateMany(
      db,
      'things',
      'id',
      rows(1201).map(({ id, size }) => ({ id, name: null, size: size * 2 })),
    );
    expect(await db('things').sum({ sum: 'size' }).first()).toEqual({ sum: 1200 * 1201 });
    expect(await db('things').whereNotNull('name')).toEqual([]);
  });

  it('skips rows that exist only when asked to', async () => {
    await insertMany(db, 'things', rows(2));
    await insertMany(db, 'things', [{ id: '0', name: 'other', size: 9 }], { onConflict: 'ignore' });
    expect(await db('things').where({ id: '0' }).first()).toMatchObject({ size: 0 });
    await expect(insertMany(db, 'things', rows(1))).rejects.toThrow('UNIQUE');
  });

  it('can be read beside a writer and after it, and not be written to', async () => {
    await insertMany(db, 'things', rows(2));
    const reader = openDatabaseToRead(folder.path);
    try {
      await inTransaction(db, async (transaction) => {
        await insertMany(transaction, 'things', [{ id: 'x', name: null, size: 1 }]);
        expect(await reader('things')).toHaveLength(2);
      });
      expect(await reader('things')).toHaveLength(3);
      await expect(reader('things').delete()).rejects.toThrow('readonly');
    } finally {
      await reader.destroy();
    }
    await db.destroy();
    const later = openDatabaseToRead(folder.path);
    try {
      expect(await later('things')).toHaveLength(3);
    } finally {
      await later.destroy();
    }
    db = await openDatabase(folder.path);
  });
});

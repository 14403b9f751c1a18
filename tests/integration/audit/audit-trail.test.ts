import { describe, expect, test } from 'vitest';
import { hashAuditEntry } from '../../../server/audit/audit-entry-hash.ts';
import { listAuditEntriesAfter } from '../../../server/audit/audit-store.ts';
import { listAudit } from '../../../server/audit/list-audit.ts';
import { recordAudit, recordBoundedAudit, settleLeftOutEntries } from '../../../server/audit/record-audit.ts';
import { verifyAuditTrail } from '../../../server/audit/verify-audit-trail.ts';
import { type Db, inTransaction } from '../../../server/database/open-database.ts';
import { GroundFloor } from '../../support/ground-floor.ts';

const entry = (subjectId: string, areaId: string | null = null) => ({
  recordedAt: '2026-11-22T05:00:00.000Z',
  accountId: null,
  action: 'area-renamed',
  subjectKind: 'area',
  subjectId,
  areaId,
  detail: { name: 'Xã An Thắng', count: 3 },
});

async function recordMany(db: Db, count: number): Promise<void> {
  await inTransaction(db, async (inside) => {
    for (let index = 0; index < count; index += 1) await recordAudit(inside, entry(`s${index}`));
  });
}

/** What somebody with the file in his hands can do. */
async function tamper(db: Db, sql: string): Promise<void> {
  const triggers = await db('sqlite_master')
    .where({ type: 'trigger', tbl_name: 'audit_entries' })
    .select<{ name: string }[]>('name');
  for (const { name } of triggers) await db.raw('DROP TRIGGER ??', [name]);
  for (const statement of sql.split(';')) await db.raw(statement);
}

describe('the audit trail', () => {
  test('is intact as it grows, and says its head', async () => {
    await using floor = await GroundFloor.open();
    const first = await verifyAuditTrail(floor.db);
    await recordMany(floor.db, 3);
    const verdict = await verifyAuditTrail(floor.db);
    if (!first.isIntact || !verdict.isIntact) throw new Error('both must be intact');
    expect(verdict.count).toBe(first.count + 3);
    expect(await verifyAuditTrail(floor.db, { sequence: first.count, hash: first.headHash })).toEqual(verdict);
  });

  test('keeps no entry of a change that did not happen', async () => {
    await using floor = await GroundFloor.open();
    const before = await verifyAuditTrail(floor.db);
    const failing = inTransaction(floor.db, async (db) => {
      await recordAudit(db, entry('never'));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await verifyAuditTrail(floor.db)).toEqual(before);
  });

  test.each([
    ['UPDATE audit_entries SET action = action'],
    ['DELETE FROM audit_entries'],
    [`INSERT OR REPLACE INTO audit_entries SELECT * FROM audit_entries WHERE sequence = 1`],
    [
      `REPLACE INTO audit_entries SELECT sequence, recorded_at, account_id, 'x', subject_kind, subject_id, area_id, detail, previous_hash, hash FROM audit_entries`,
    ],
  ])('refuses %s', async (sql) => {
    await using floor = await GroundFloor.open();
    await recordMany(floor.db, 2);
    const before = await verifyAuditTrail(floor.db);
    await expect(floor.db.raw(sql)).rejects.toThrow('append-only');
    expect(await verifyAuditTrail(floor.db)).toEqual(before);
  });

  test('refuses fractions, which have no canonical form', async () => {
    await using floor = await GroundFloor.open();
    const work = inTransaction(floor.db, (db) => recordAudit(db, { ...entry('x'), detail: { latitude: 15.87 } }));
    await expect(work).rejects.toThrow('only whole numbers');
  });

  test.each([
    [
      'an altered detail',
      `UPDATE audit_entries SET detail = replace(detail, 'Thắng', 'Thua') WHERE sequence = 5`,
      5,
      'entry-altered',
    ],
    ['an altered account', `UPDATE audit_entries SET account_id = 'other' WHERE sequence = 4`, 4, 'entry-altered'],
    [
      'a moved instant',
      `UPDATE audit_entries SET recorded_at = '2020-01-01T00:00:00.000Z' WHERE sequence = 1`,
      1,
      'entry-altered',
    ],
    [
      'a key put in twice',
      `UPDATE audit_entries SET detail = '{"name":"x",' || substr(detail, 2) WHERE sequence = 6`,
      6,
      'entry-altered',
    ],
    ['a fraction put in', `UPDATE audit_entries SET detail = '{"count":0.5}' WHERE sequence = 6`, 6, 'entry-altered'],
    ['no JSON any more', `UPDATE audit_entries SET detail = '{' WHERE sequence = 6`, 6, 'entry-altered'],
    ['a removed entry', `DELETE FROM audit_entries WHERE sequence = 5`, 5, 'entry-missing'],
    ['the first removed', `DELETE FROM audit_entries WHERE sequence = 1`, 1, 'entry-missing'],
    ['the tail removed', `DELETE FROM audit_entries WHERE sequence >= 7`, 7, 'tail-missing'],
    ['all removed', `DELETE FROM audit_entries`, 1, 'tail-missing'],
    [
      'one removed and the rest moved up',
      `DELETE FROM audit_entries WHERE sequence = 5; UPDATE audit_entries SET sequence = sequence - 1 WHERE sequence > 5`,
      5,
      'entry-altered',
    ],
    [
      'two that changed places',
      `UPDATE audit_entries SET sequence = -1 WHERE sequence = 4; UPDATE audit_entries SET sequence = 4 WHERE sequence = 6; UPDATE audit_entries SET sequence = 6 WHERE sequence = -1`,
      4,
      'entry-altered',
    ],
  ])('shows %s', async (_what, sql, sequence, reason) => {
    await using floor = await GroundFloor.open();
    await recordMany(floor.db, 6);
    await tamper(floor.db, sql);
    expect(await verifyAuditTrail(floor.db)).toEqual({ isIntact: false, sequence, reason });
  });

  test.each([
    [4, 5],
    [8, 8],
  ])('shows that entry %i was altered together with its hash', async (forged, shownAt) => {
    await using floor = await GroundFloor.open();
    await recordMany(floor.db, 6);
    const { detailText: _, ...found } = (await listAuditEntriesAfter(floor.db, forged - 1, 1))[0]!;
    const hash = hashAuditEntry({ ...found, accountId: 'other' });
    await tamper(floor.db, `UPDATE audit_entries SET account_id = 'other', hash = '${hash}' WHERE sequence = ${forged}`);
    expect(await verifyAuditTrail(floor.db)).toEqual({ isIntact: false, sequence: shownAt, reason: 'chain-broken' });
  });

  test('shows that it was forged anew to who kept an earlier head', async () => {
    await using floor = await GroundFloor.open();
    await recordMany(floor.db, 4);
    const kept = await verifyAuditTrail(floor.db);
    if (!kept.isIntact) throw new Error('must be intact');
    await tamper(floor.db, 'DELETE FROM audit_entries');
    await recordMany(floor.db, kept.count + 1);
    expect(await verifyAuditTrail(floor.db)).toMatchObject({ isIntact: true });
    const known = { sequence: kept.count, hash: kept.headHash };
    expect(await verifyAuditTrail(floor.db, known)).toEqual({ isIntact: false, sequence: kept.count, reason: 'chain-broken' });
  });

  test('takes 60 entries an hour of what outsiders cause, and the number of the others', async () => {
    await using floor = await GroundFloor.open();
    const fail = () =>
      inTransaction(floor.db, (db) =>
        recordBoundedAudit(db, { ...entry('no-such-account'), recordedAt: floor.clock.at, action: 'sign-in-failed' }),
      );
    for (let attempt = 0; attempt < 75; attempt += 1) await fail();
    const found = async (action: string) =>
      (await listAudit(floor.db, floor.admin, { action, limit: 200 }, floor.clock.at)).entries;
    expect(await found('sign-in-failed')).toHaveLength(60);
    expect(await found('entries-left-out')).toEqual([]);
    const since = floor.clock.at;
    floor.clock.advance(3_600_000);
    await inTransaction(floor.db, (db) => settleLeftOutEntries(db, floor.clock.at));
    await inTransaction(floor.db, (db) => settleLeftOutEntries(db, floor.clock.at));
    expect(await found('entries-left-out')).toMatchObject([{ subjectId: 'sign-in-failed', detail: { count: 15, since } }]);
    await fail();
    expect(await found('sign-in-failed')).toHaveLength(61);
    expect(await verifyAuditTrail(floor.db)).toMatchObject({ isIntact: true });
  });
});

describe('a reader of the trail', () => {
  test('sees his branches, newest first, page by page; the root also what belongs to none', async () => {
    await using floor = await GroundFloor.open();
    const north = await floor.addArea(floor.rootAreaId, 'commune', 'Bắc');
    const hamlet = await floor.addArea(north, 'hamlet', 'Thôn Bắc');
    const south = await floor.addArea(floor.rootAreaId, 'commune', 'Nam');
    const northern = await floor.addAccount('bac', ['administrator', north], ['viewer', south]);
    await inTransaction(floor.db, async (db) => {
      for (const [subject, areaId] of [
        ['n', north],
        ['h', hamlet],
        ['s', south],
        ['none', null],
      ] as const) {
        await recordAudit(db, { ...entry(subject, areaId), action: 'marked' });
      }
    });
    const subjects = async (caller: typeof northern) =>
      (await listAudit(floor.db, caller, { action: 'marked', limit: 50 }, floor.clock.at)).entries.map((one) => one.subjectId);
    expect(await subjects(northern)).toEqual(['h', 'n']);
    expect(await subjects(floor.admin)).toEqual(['none', 's', 'h', 'n']);

    const all = (await listAudit(floor.db, floor.admin, { limit: 200 }, floor.clock.at)).entries;
    const paged: number[] = [];
    let after: string | undefined;
    do {
      const page = await listAudit(
        floor.db,
        floor.admin,
        { limit: 3, ...(after === undefined ? {} : { after }) },
        floor.clock.at,
      );
      paged.push(...page.entries.map((one) => one.sequence));
      after = page.next ?? undefined;
    } while (after !== undefined);
    expect(paged).toEqual(all.map((one) => one.sequence));
    expect(paged).toEqual([...paged].toSorted((one, other) => other - one));
  });
});

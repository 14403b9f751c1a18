import { array, assert, asyncProperty, constantFrom, nat, noBias, record } from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Area, AreaLevel } from '#contract/area.ts';
import { findArea, listAncestry, listAreasAt, listDescendants } from '../../../server/areas/area-store.ts';
import { changeArea } from '../../../server/areas/change-area.ts';
import { createArea } from '../../../server/areas/create-area.ts';
import { listAreas } from '../../../server/areas/list-areas.ts';
import { isProblem } from '../../../server/lib/problem.ts';
import { expectProblem } from '../../support/expect-problem.ts';
import { GroundFloor } from '../../support/ground-floor.ts';

const HOUR_MS = 3_600_000;
const namesOf = (areas: Area[]) => areas.map((area) => area.name).toSorted();

describe('a new area', () => {
  test('may skip the district, but stands below its parent', async () => {
    await using floor = await GroundFloor.open();
    const commune = await floor.addArea(floor.rootAreaId, 'commune', 'An Thắng');
    const hamlet = await floor.addArea(commune, 'hamlet', 'Khối phố Viêm Đông');
    expect(await listAncestry(floor.db, hamlet, floor.clock.at)).toEqual([hamlet, commune, floor.rootAreaId]);
    for (const [parentId, level] of [
      [commune, 'commune'],
      [commune, 'district'],
      [hamlet, 'hamlet'],
      [floor.rootAreaId, 'province'],
    ] as const) {
      const wanted = { parentId, level, code: 'x', name: 'x' };
      await expectProblem(createArea(floor, floor.admin, wanted), 'area-level-wrong', { level });
    }
  });

  test('has a code of its own among the open ones, which is free again after closing', async () => {
    await using floor = await GroundFloor.open();
    const first = await floor.addArea(floor.rootAreaId, 'commune', 'DN-01');
    const wanted = { parentId: floor.rootAreaId, level: 'commune', code: 'DN-01', name: 'Xã khác' } as const;
    await expectProblem(createArea(floor, floor.admin, wanted), 'area-code-taken', { code: 'DN-01' });
    floor.clock.advance(HOUR_MS);
    await changeArea(floor, floor.admin, first, { isClosed: true });
    expect(await createArea(floor, floor.admin, wanted)).toMatchObject({ code: 'DN-01', validTo: null });
  });

  test('needs an open parent that exists, and an administrator of it', async () => {
    await using floor = await GroundFloor.open();
    const north = await floor.addArea(floor.rootAreaId, 'commune', 'Bắc');
    const south = await floor.addArea(floor.rootAreaId, 'commune', 'Nam');
    const northern = await floor.addAccount('quan.tri.bac', ['administrator', north], ['author', south]);
    const wanted = { level: 'hamlet', code: 'h1', name: 'Thôn 1' } as const;
    await expectProblem(createArea(floor, northern, { ...wanted, parentId: south }), 'outside-branch');
    await expectProblem(createArea(floor, floor.admin, { ...wanted, parentId: crypto.randomUUID() }), 'not-found');
    floor.clock.advance(HOUR_MS);
    await changeArea(floor, floor.admin, south, { isClosed: true });
    await expectProblem(createArea(floor, floor.admin, { ...wanted, parentId: south }), 'area-closed');
    expect(await createArea(floor, northern, { ...wanted, parentId: north })).toMatchObject({ parentId: north });
  });
});

describe('a change of the tree', () => {
  test('keeps former names, and the past under the name of then', async () => {
    await using floor = await GroundFloor.open();
    const ward = await floor.addArea(floor.rootAreaId, 'commune', 'Điện Nam Đông');
    const before = floor.clock.at;
    floor.clock.advance(HOUR_MS);
    const renamed = await changeArea(floor, floor.admin, ward, { name: 'An Thắng'.normalize('NFD') });
    expect(renamed).toMatchObject({ name: 'An Thắng', formerNames: ['Điện Nam Đông'] });
    expect(namesOf(await listAreas(floor.db, floor.admin, before))).toContain('Điện Nam Đông');
    expect(namesOf(await listAreas(floor.db, floor.admin, floor.clock.at))).toContain('An Thắng');
  });

  test('moves an area from now on, and tells whose clusters got other areas above them', async () => {
    await using floor = await GroundFloor.open();
    const north = await floor.addArea(floor.rootAreaId, 'district', 'Bắc');
    const south = await floor.addArea(floor.rootAreaId, 'district', 'Nam');
    const commune = await floor.addArea(north, 'commune', 'Xã');
    const hamlet = await floor.addArea(commune, 'hamlet', 'Thôn');
    const cluster = await floor.addCluster(hamlet, 'Cụm 1');
    const before = floor.clock.at;
    floor.clock.advance(HOUR_MS);
    expect(await changeArea(floor, floor.admin, commune, { parentId: south })).toMatchObject({ parentId: south });
    expect(floor.clustersMoved).toEqual([cluster]);
    expect(await listAncestry(floor.db, hamlet, before)).toEqual([hamlet, commune, north, floor.rootAreaId]);
    expect(await listAncestry(floor.db, hamlet, floor.clock.at)).toEqual([hamlet, commune, south, floor.rootAreaId]);
    expect(await listDescendants(floor.db, north, before)).toEqual([north, commune, hamlet]);
    expect(await listDescendants(floor.db, north, floor.clock.at)).toEqual([north]);
  });

  test('never puts an area below itself, nor the root below anything', async () => {
    await using floor = await GroundFloor.open();
    const district = await floor.addArea(floor.rootAreaId, 'district', 'Huyện');
    const commune = await floor.addArea(district, 'commune', 'Xã');
    const below = { reason: 'parent-is-below' };
    await expectProblem(changeArea(floor, floor.admin, district, { parentId: commune }), 'conflict', below);
    await expectProblem(changeArea(floor, floor.admin, district, { parentId: district }), 'conflict', below);
    const stays = { reason: 'root-stays' };
    await expectProblem(changeArea(floor, floor.admin, floor.rootAreaId, { parentId: commune }), 'conflict', stays);
    await expectProblem(changeArea(floor, floor.admin, floor.rootAreaId, { isClosed: true }), 'conflict', stays);
    const row = { area_id: district, parent_id: commune, valid_from: '2020-01-01T00:00:00.000Z', valid_to: floor.clock.at };
    await expect(floor.db('area_parents').insert(row)).rejects.toThrow('a parent must stand on a higher level');
    await expect(floor.db('areas').where('area_id', commune).update({ level: 'province' })).rejects.toThrow('never changes');
  });

  test('needs the administrator of both parents, or nothing of it happens', async () => {
    await using floor = await GroundFloor.open();
    const north = await floor.addArea(floor.rootAreaId, 'district', 'Bắc');
    const south = await floor.addArea(floor.rootAreaId, 'district', 'Nam');
    const commune = await floor.addArea(north, 'commune', 'Xã');
    const northern = await floor.addAccount('bac', ['administrator', north]);
    const communal = await floor.addAccount('xa', ['administrator', commune]);
    const wanted = { name: 'Tên mới', parentId: south };
    await expectProblem(changeArea(floor, northern, commune, wanted), 'outside-branch', { areaId: south });
    await expectProblem(changeArea(floor, communal, commune, { isClosed: true }), 'outside-branch', { areaId: north });
    expect(await findArea(floor.db, commune)).toMatchObject({ name: 'Xã', formerNames: [], parentId: north, validTo: null });
    expect(await changeArea(floor, communal, commune, { name: 'Tên mới' })).toMatchObject({ name: 'Tên mới' });
  });

  test('closes an area only when nothing open stands in it; it keeps its last place', async () => {
    await using floor = await GroundFloor.open();
    const commune = await floor.addArea(floor.rootAreaId, 'commune', 'Xã');
    const hamlet = await floor.addArea(commune, 'hamlet', 'Thôn');
    const other = await floor.addArea(commune, 'hamlet', 'Thôn khác');
    await floor.addCluster(other, 'Cụm 1');
    floor.clock.advance(HOUR_MS);
    const close = (areaId: string) => changeArea(floor, floor.admin, areaId, { isClosed: true });
    await expectProblem(close(commune), 'conflict', { reason: 'area-has-areas', count: 2 });
    await expectProblem(close(other), 'conflict', { reason: 'area-has-clusters', count: 1 });
    expect(await close(hamlet)).toMatchObject({ validTo: floor.clock.at, parentId: commune });
    await expectProblem(close(hamlet), 'area-closed');
    floor.clock.advance(HOUR_MS);
    expect(await listAncestry(floor.db, hamlet, floor.clock.at)).toEqual([hamlet, commune, floor.rootAreaId]);
    expect(await listDescendants(floor.db, commune, floor.clock.at)).toEqual([commune, other]);
    expect(namesOf(await listAreasAt(floor.db, floor.clock.at))).not.toContain('Thôn');
  });

  test('in the millisecond of the one before it leaves neither two places nor none', async () => {
    await using floor = await GroundFloor.open();
    const north = await floor.addArea(floor.rootAreaId, 'district', 'Bắc');
    const commune = await floor.addArea(floor.rootAreaId, 'commune', 'Xã');
    await changeArea(floor, floor.admin, commune, { parentId: north, name: 'Xã mới' });
    await changeArea(floor, floor.admin, commune, { parentId: floor.rootAreaId, name: 'Xã mới hơn', isClosed: true });
    expect(await findArea(floor.db, commune)).toMatchObject({ name: 'Xã mới hơn', parentId: floor.rootAreaId });
    floor.clock.advance(1);
    expect(await listAncestry(floor.db, commune, floor.clock.at)).toEqual([commune, floor.rootAreaId]);
    expect(namesOf(await listAreasAt(floor.db, floor.clock.at))).toEqual(['Bắc', 'Tỉnh Quảng Nam']);
  });

  test('never ends a parent before what stood below it, though all happens within one millisecond', async () => {
    await using floor = await GroundFloor.open();
    const commune = await floor.addArea(floor.rootAreaId, 'commune', 'Xã');
    floor.clock.advance(HOUR_MS);
    const hamlet = await floor.addArea(commune, 'hamlet', 'Thôn');
    const hamletEnd = (await changeArea(floor, floor.admin, hamlet, { isClosed: true })).validTo ?? '';
    const communeEnd = (await changeArea(floor, floor.admin, commune, { isClosed: true })).validTo ?? '';
    expect(communeEnd >= hamletEnd).toBe(true);
    expectTree(await listAreasAt(floor.db, floor.clock.at), floor.rootAreaId);
  });
});

test('a person sees his branches with the way up to them, now and then', async () => {
  await using floor = await GroundFloor.open();
  const north = await floor.addArea(floor.rootAreaId, 'district', 'Bắc');
  const south = await floor.addArea(floor.rootAreaId, 'district', 'Nam');
  const commune = await floor.addArea(north, 'commune', 'Xã');
  await floor.addArea(south, 'commune', 'Xã kia');
  const viewer = await floor.addAccount('nguoi.xem', ['viewer', north]);
  const before = floor.clock.at;
  floor.clock.advance(HOUR_MS);
  await changeArea(floor, floor.admin, commune, { parentId: south });
  expect(namesOf(await listAreas(floor.db, viewer, before))).toEqual(['Bắc', 'Tỉnh Quảng Nam', 'Xã'].toSorted());
  expect(namesOf(await listAreas(floor.db, viewer, floor.clock.at))).toEqual(['Bắc', 'Tỉnh Quảng Nam'].toSorted());
});

/** One root, every other area under a parent that was open as well, and every way up ends at the root. */
function expectTree(areas: Area[], rootAreaId: string): void {
  const parentOf = new Map(areas.map((area) => [area.areaId, area.parentId]));
  for (const { areaId } of areas) {
    let current: string | null | undefined = areaId;
    for (let steps = 0; current !== rootAreaId; steps += 1) {
      expect(steps).toBeLessThan(4);
      current = parentOf.get(current ?? '');
      expect(current).toBeTypeOf('string');
    }
  }
}

test('random moves and closings never make a cycle, and at every instant the past is the tree that it was', async () => {
  await using floor = await GroundFloor.open();
  const levels: AreaLevel[] = ['district', 'commune', 'hamlet'];
  const areaIds = [floor.rootAreaId];
  const remembered: { at: string; tree: Map<string, string | null> }[] = [];
  const treeAt = async (at: string) => {
    const areas = await listAreasAt(floor.db, at);
    expectTree(areas, floor.rootAreaId);
    return new Map(areas.map((area) => [area.areaId, area.parentId] as const));
  };
  for (const level of ['district', 'district', 'commune', 'commune', 'commune', 'hamlet'] as const) {
    areaIds.push(await floor.addArea(floor.rootAreaId, level, String(areaIds.length)));
  }
  let created = 0;
  let moves = 0;
  let closings = 0;
  const step = record({
    act: constantFrom('create', 'create', 'move', 'move', 'move', 'move', 'close'),
    pick: noBias(nat()),
    parent: noBias(nat()),
    level: constantFrom(...levels),
    waitMs: constantFrom(0, 1, 1000),
  });
  await assert(
    asyncProperty(array(step, { minLength: 10, maxLength: 25 }), async (steps) => {
      for (const { act, pick, parent, level, waitMs } of steps) {
        floor.clock.advance(waitMs);
        const areaId = areaIds[pick % areaIds.length] ?? '';
        const parentId = areaIds[parent % areaIds.length] ?? '';
        try {
          if (act === 'create') {
            const code = `c${(created += 1)}`;
            areaIds.push((await createArea(floor, floor.admin, { parentId, level, code, name: code })).areaId);
          } else if (act === 'move') {
            await changeArea(floor, floor.admin, areaId, { parentId });
            moves += 1;
          } else {
            await changeArea(floor, floor.admin, areaId, { isClosed: true });
            closings += 1;
            // Refusals are tried by the first ones, which stay in the list when closed.
            if (areaIds.indexOf(areaId) > 6) areaIds.splice(areaIds.indexOf(areaId), 1);
          }
        } catch (error) {
          if (!isProblem(error)) throw error;
        }
      }
      // What was closed in the millisecond of its creation ends in the next.
      floor.clock.advance(2);
      remembered.push({ at: floor.clock.at, tree: await treeAt(floor.clock.at) });
      floor.clock.advance(1);
    }),
    { numRuns: 25, endOnFailure: true },
  );
  expect(moves).toBeGreaterThan(5);
  expect(closings).toBeGreaterThan(2);
  // Each instant at which anything began or ended, not only those we stopped at.
  const edges = await floor.db('area_parents').distinct<{ valid_from: string }[]>('valid_from');
  for (const { valid_from: at } of edges) await treeAt(at);
  for (const past of remembered) expect(await treeAt(past.at)).toEqual(past.tree);
});

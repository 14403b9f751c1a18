import { describe, expect, test } from 'vitest';
import { changeArea } from '../../../server/areas/change-area.ts';
import { changeCluster } from '../../../server/areas/change-cluster.ts';
import { findClusterArea, listClustersIn } from '../../../server/areas/cluster-store.ts';
import { createCluster } from '../../../server/areas/create-cluster.ts';
import { listDictionary } from '../../../server/areas/dictionary-store.ts';
import { createDictionaryEntry, deleteDictionaryEntry } from '../../../server/areas/edit-dictionary.ts';
import { listClusters } from '../../../server/areas/list-clusters.ts';
import { expectProblem } from '../../support/expect-problem.ts';
import { GroundFloor } from '../../support/ground-floor.ts';

const HOUR_MS = 3_600_000;

describe('a cluster', () => {
  test('stands in one area at a time, and where it stood is kept', async () => {
    await using floor = await GroundFloor.open();
    const here = await floor.addArea(floor.rootAreaId, 'commune', 'Xã này');
    const there = await floor.addArea(floor.rootAreaId, 'commune', 'Xã kia');
    const cluster = await floor.addCluster(here, 'Cụm chợ');
    const before = floor.clock.at;
    floor.clock.advance(HOUR_MS);
    const moved = await changeCluster(floor, floor.admin, cluster, { areaId: there, name: 'Cụm chợ mới' });
    expect(moved).toEqual({
      clusterId: cluster,
      areaId: there,
      name: 'Cụm chợ mới',
      latitude: 15.87,
      longitude: 108.33,
      receiverId: null,
    });
    expect(await findClusterArea(floor.db, cluster, before)).toBe(here);
    expect(await findClusterArea(floor.db, cluster, floor.clock.at)).toBe(there);
    expect(await findClusterArea(floor.db, cluster, '2020-01-01T00:00:00.000Z')).toBeUndefined();
    expect(await listClustersIn(floor.db, [here], floor.clock.at)).toEqual([]);
    expect(await listClustersIn(floor.db, [here], before)).toHaveLength(1);
    expect(floor.clustersMoved).toEqual([cluster]);
  });

  test('is listed with those of the areas below, and the receiver that is installed there now', async () => {
    await using floor = await GroundFloor.open();
    const commune = await floor.addArea(floor.rootAreaId, 'commune', 'Xã');
    const hamlet = await floor.addArea(commune, 'hamlet', 'Thôn');
    const cluster = await floor.addCluster(hamlet, 'Cụm đình');
    await floor.addCluster(commune, 'Cụm chợ');
    const board = { kind: 'loudspeaker', state: 'active', hardware_id: 'h', enrolled_at: floor.clock.at, head_hash: '0' };
    for (const [receiver_id, removed_at] of [
      ['old-board', floor.clock.at],
      ['new-board', null],
    ]) {
      await floor.db('receivers').insert({ ...board, receiver_id, public_key: receiver_id });
      const installation = { installation_id: receiver_id, receiver_id, cluster_id: cluster, installed_at: floor.clock.at };
      await floor.db('installations').insert({ ...installation, removed_at });
    }
    expect((await listClusters(floor.db, commune, floor.clock.at)).map(({ name, receiverId }) => [name, receiverId])).toEqual([
      ['Cụm chợ', null],
      ['Cụm đình', 'new-board'],
    ]);
  });

  test('goes only into open areas of a technician of both', async () => {
    await using floor = await GroundFloor.open();
    const here = await floor.addArea(floor.rootAreaId, 'commune', 'Xã này');
    const there = await floor.addArea(floor.rootAreaId, 'commune', 'Xã kia');
    const cluster = await floor.addCluster(here, 'Cụm chợ');
    const technician = await floor.addAccount('ky.thuat', ['technician', here], ['viewer', there]);
    await expectProblem(changeCluster(floor, technician, cluster, { areaId: there }), 'outside-branch', { areaId: there });
    floor.clock.advance(HOUR_MS);
    await changeArea(floor, floor.admin, there, { isClosed: true });
    await expectProblem(changeCluster(floor, floor.admin, cluster, { areaId: there }), 'area-closed');
    const wanted = { areaId: there, name: 'Cụm 2', latitude: null, longitude: null };
    await expectProblem(createCluster(floor, floor.admin, wanted), 'area-closed');
    await expectProblem(changeCluster(floor, floor.admin, crypto.randomUUID(), { name: 'x' }), 'not-found');
    expect(await findClusterArea(floor.db, cluster, floor.clock.at)).toBe(here);
  });
});

describe('the dictionary of an area', () => {
  test('holds the entries of all above it, and the nearest of the same written form wins', async () => {
    await using floor = await GroundFloor.open();
    const commune = await floor.addArea(floor.rootAreaId, 'commune', 'Xã');
    const hamlet = await floor.addArea(commune, 'hamlet', 'Thôn');
    const add = (areaId: string, written: string, spoken: string) =>
      createDictionaryEntry(floor, floor.admin, areaId, { written, spoken });
    await add(floor.rootAreaId, 'ĐT', 'đường tỉnh');
    await add(floor.rootAreaId, 'QN', 'Quảng Nam');
    await add(hamlet, 'ĐT'.normalize('NFD'), 'điện thoại');
    await add(commune, 'NVH', 'nhà văn hoá');
    const spoken = async (areaId: string) =>
      (await listDictionary(floor.db, areaId, floor.clock.at)).map((entry) => `${entry.written}=${entry.spoken}`);
    expect(await spoken(hamlet)).toEqual(['ĐT=điện thoại', 'NVH=nhà văn hoá', 'QN=Quảng Nam']);
    expect(await spoken(commune)).toEqual(['NVH=nhà văn hoá', 'QN=Quảng Nam', 'ĐT=đường tỉnh']);
  });

  test('takes a written form once, and loses what is taken out', async () => {
    await using floor = await GroundFloor.open();
    const wanted = { written: 'CĐS', spoken: 'chuyển đổi số' };
    const entry = await createDictionaryEntry(floor, floor.admin, floor.rootAreaId, wanted);
    const again = { written: 'CĐS'.normalize('NFD'), spoken: 'khác' };
    await expectProblem(createDictionaryEntry(floor, floor.admin, floor.rootAreaId, again), 'dictionary-entry-exists');
    await deleteDictionaryEntry(floor, floor.admin, entry.entryId);
    expect(await listDictionary(floor.db, floor.rootAreaId, floor.clock.at)).toEqual([]);
    await expectProblem(deleteDictionaryEntry(floor, floor.admin, entry.entryId), 'not-found');
  });
});

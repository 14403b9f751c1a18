import { useRead } from '../api/queries.ts';
import type { Catalogue } from '../i18n/catalogue.ts';
import { useChosenArea } from './chosen-area.ts';

const ASKED_MAX = 200;
export type SubjectKind = keyof Catalogue['administration']['subjectKinds'];

export interface Named {
  kind: SubjectKind;
  id: string;
  name: string;
}

/**
 * Names of what the trail speaks of, as they are now: the newest 200 of each kind in the widest of my branches. What is not
 * among them is shown by the beginning of its id.
 */
export function useAuditNames(): { named: readonly Named[]; nameOf: (id: unknown) => string | undefined } {
  const { areas } = useChosenArea();
  const areaId = areas[0]?.areaId ?? '';
  const asked = { isEnabled: areaId !== '' };
  const accounts = useRead('listAccounts', { query: { limit: ASKED_MAX } }).data?.entries ?? [];
  const tree = useRead('listAreas').data?.entries ?? [];
  const clusters = useRead('listClusters', { query: { areaId } }, asked).data?.entries ?? [];
  const bulletins = useRead('listBulletins', { query: { areaId, limit: ASKED_MAX } }, asked).data?.entries ?? [];
  const airings = useRead('listAirings', { query: { areaId, limit: ASKED_MAX } }, asked).data?.entries ?? [];
  const named: Named[] = [
    ...accounts.map(({ accountId, displayName }) => ({ kind: 'account' as const, id: accountId, name: displayName })),
    ...tree.map((area) => ({ kind: 'area' as const, id: area.areaId, name: area.name })),
    ...clusters.map(({ clusterId, name }) => ({ kind: 'cluster' as const, id: clusterId, name })),
    ...clusters.flatMap(({ receiverId, name }) =>
      receiverId === null ? [] : [{ kind: 'receiver' as const, id: receiverId, name }],
    ),
    ...bulletins.map(({ bulletinId, title }) => ({ kind: 'bulletin' as const, id: bulletinId, name: title })),
    ...airings.map((airing) => ({
      kind: 'airing' as const,
      id: airing.airingId,
      name: airing.bulletins.map(({ title }) => title).join(', '),
    })),
  ];
  const byId = new Map(named.map(({ id, name }) => [id, name]));
  return { named, nameOf: (id) => (typeof id === 'string' ? byId.get(id) : undefined) };
}

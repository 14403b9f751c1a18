import type { Area, Cluster } from '#contract/area.ts';
import type { Receiver } from '#contract/receiver.ts';
import { branchOf, withoutMarks } from '../format/area-tree.ts';

export interface PlacedReceiver extends Receiver {
  clusterName: string | undefined;
  areaName: string | undefined;
}

/** What the address asks for; absent means all. */
export interface ReceiverFilters {
  presence?: string | undefined;
  state?: string | undefined;
  kind?: string | undefined;
  cluster?: string | undefined;
  /** An area below the one chosen for the whole console. */
  within?: string | undefined;
  find?: string | undefined;
}

/** Not known to be there: it went away, or nothing was heard of it yet. */
export const SILENT = 'silent';

export function placeReceivers(
  receivers: readonly Receiver[],
  clusters: readonly Cluster[],
  areas: readonly Area[],
): PlacedReceiver[] {
  const clusterOf = new Map(clusters.map((cluster) => [cluster.clusterId, cluster.name]));
  const areaOf = new Map(areas.map((area) => [area.areaId, area.name]));
  return receivers
    .map((receiver) => ({
      ...receiver,
      clusterName: clusterOf.get(receiver.clusterId ?? ''),
      areaName: areaOf.get(receiver.areaId ?? ''),
    }))
    .toSorted((a, b) => byNeed(a, b) || (a.clusterName ?? '').localeCompare(b.clusterName ?? '', 'vi', { numeric: true }));
}

export function filterReceivers(
  receivers: readonly PlacedReceiver[],
  filters: ReceiverFilters,
  areas: readonly Area[],
): PlacedReceiver[] {
  const { presence, state, kind, cluster, within } = filters;
  const branch = within === undefined ? undefined : branchOf(areas, within);
  const sought = withoutMarks(filters.find?.trim() ?? '');
  return receivers.filter(
    (receiver) =>
      (presence === undefined || (presence === SILENT ? receiver.presence !== 'online' : receiver.presence === presence)) &&
      (state === undefined || receiver.state === state) &&
      (kind === undefined || receiver.kind === kind) &&
      (cluster === undefined || receiver.clusterId === cluster) &&
      (branch === undefined || branch.has(receiver.areaId ?? '')) &&
      (sought === '' || textsOf(receiver).some((text) => withoutMarks(text).includes(sought))),
  );
}

function textsOf({ clusterName = '', areaName = '', hardwareId }: PlacedReceiver): string[] {
  return [clusterName, areaName, hardwareId];
}

/** What needs a hand stands first. */
function byNeed(a: Receiver, b: Receiver): number {
  const weight = ({ presence }: Receiver) => (presence === 'offline' ? 0 : presence === 'unknown' ? 1 : 2);
  return weight(a) - weight(b);
}

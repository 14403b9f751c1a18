import type { Target } from '#contract/airing.ts';
import type { Area, Cluster } from '#contract/area.ts';

/** An area with what lies below it, or a cluster. */
export interface TargetBranch {
  target: Target;
  name: string;
  below: TargetBranch[];
  /** In it and below. */
  clusters: number;
  clustersWithoutReceiver: number;
}

export type TargetState = 'all' | 'some' | 'none';

/** The tree below an area, clusters beside the areas in which they stand; undefined when the area is not among them. */
export function growTargetTree(
  areas: readonly Area[],
  clusters: readonly Pick<Cluster, 'clusterId' | 'areaId' | 'name' | 'receiverId'>[],
  rootId: string,
): TargetBranch | undefined {
  const root = areas.find((area) => area.areaId === rootId);
  if (!root) return undefined;
  const byName = (a: TargetBranch, b: TargetBranch) => a.name.localeCompare(b.name, 'vi', { numeric: true });
  const grow = (area: Area): TargetBranch => {
    const here = clusters
      .filter((cluster) => cluster.areaId === area.areaId)
      .map(({ clusterId, name, receiverId }) => ({
        target: { kind: 'cluster' as const, id: clusterId },
        name,
        below: [],
        clusters: 1,
        clustersWithoutReceiver: receiverId === null ? 1 : 0,
      }));
    const inside = areas.filter((other) => other.parentId === area.areaId && other.validTo === null).map(grow);
    const below = [...here.toSorted(byName), ...inside.toSorted(byName)];
    return {
      target: { kind: 'area', id: area.areaId },
      name: area.name,
      below,
      clusters: sum(below.map((branch) => branch.clusters)),
      clustersWithoutReceiver: sum(below.map((branch) => branch.clustersWithoutReceiver)),
    };
  };
  return grow(root);
}

/** Of a branch below `root`; what lies in a chosen branch is chosen with it. */
export function stateOf(root: TargetBranch, branch: TargetBranch, targets: readonly Target[]): TargetState {
  if (pathTo(root, branch).some((one) => isChosen(one, targets))) return 'all';
  const states = soundingIn(branch).map((inner) => stateOf(branch, inner, targets));
  if (states.length > 0 && states.every((state) => state === 'all')) return 'all';
  return states.some((state) => state !== 'none') ? 'some' : 'none';
}

/**
 * Chooses a branch as a whole, or takes it out. Taking a hamlet out of a chosen commune leaves its other hamlets; choosing each
 * hamlet does not choose the commune: what the commune gets later was not meant.
 */
export function toggleBranch(root: TargetBranch, branch: TargetBranch, targets: readonly Target[]): Target[] {
  const inside = new Set(listKeys(branch));
  const others = targets.filter((target) => !inside.has(keyOf(target)));
  if (stateOf(root, branch, targets) !== 'all') return [...others, branch.target];
  // What is chosen above it becomes all that it holds besides.
  const path = pathTo(root, branch);
  const chosenAt = path.findIndex((one) => isChosen(one, others));
  if (chosenAt === -1) return others;
  const above = new Set(path.map((one) => keyOf(one.target)));
  const besides = path.slice(chosenAt, -1).flatMap((one) => soundingIn(one).filter((inner) => !above.has(keyOf(inner.target))));
  const kept = others.filter((target) => !above.has(keyOf(target)));
  return [...kept, ...besides.map((one) => one.target)];
}

/** From `root` down to the branch, both included; empty when it is not below it. */
function pathTo(root: TargetBranch, branch: TargetBranch): TargetBranch[] {
  if (root === branch) return [root];
  for (const inner of root.below) {
    const path = pathTo(inner, branch);
    if (path.length > 0) return [root, ...path];
  }
  return [];
}

/** Where nothing sounds nothing is chosen or left out. */
function soundingIn(branch: TargetBranch): TargetBranch[] {
  return branch.below.filter((inner) => inner.clusters > 0);
}

export function keyOf(target: Target): string {
  return `${target.kind} ${target.id}`;
}

function isChosen(branch: TargetBranch, targets: readonly Target[]): boolean {
  return targets.some((target) => keyOf(target) === keyOf(branch.target));
}

function listKeys(branch: TargetBranch): string[] {
  return [keyOf(branch.target), ...branch.below.flatMap(listKeys)];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

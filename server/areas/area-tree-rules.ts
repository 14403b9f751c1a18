import type { Area, AreaLevel } from '#contract/area.ts';

/** From the top down; a level may be skipped, never turned round. */
const LEVELS: readonly AreaLevel[] = ['province', 'district', 'commune', 'hamlet'];

export function isLevelBelow(level: AreaLevel, parentLevel: AreaLevel): boolean {
  return LEVELS.indexOf(level) > LEVELS.indexOf(parentLevel);
}

export interface FormerName {
  name: string;
  usedUntil: string;
}

/** `former` in any order. A name that came back stands once among the former ones, and not at all while it is in use. */
export function nameAt(nameNow: string, former: readonly FormerName[], at: string): { name: string; formerNames: string[] } {
  const inOrder = former.toSorted((one, other) => (one.usedUntil < other.usedUntil ? -1 : 1));
  const name = inOrder.find(({ usedUntil }) => usedUntil > at)?.name ?? nameNow;
  const earlier = inOrder.filter(({ usedUntil }) => usedUntil <= at).map((one) => one.name);
  return { name, formerNames: [...new Set(earlier)].filter((one) => one !== name) };
}

/** The named areas with all below them, and the way up from them so that a path can be shown. Keeps the order of `areas`. */
export function cutToBranches(areas: readonly Area[], branchAreaIds: readonly string[]): Area[] {
  const parentOf = new Map(areas.map((area) => [area.areaId, area.parentId]));
  const branches = new Set(branchAreaIds);
  const kept = new Set<string>();
  for (const branch of branches) {
    if (!parentOf.has(branch)) continue;
    for (const above of wayUp(branch, parentOf)) kept.add(above);
  }
  for (const { areaId } of areas) {
    if (wayUp(areaId, parentOf).some((above) => branches.has(above))) kept.add(areaId);
  }
  return areas.filter((area) => kept.has(area.areaId));
}

/** Itself first. */
function wayUp(areaId: string, parentOf: ReadonlyMap<string, string | null>): string[] {
  const way: string[] = [];
  let current: string | null | undefined = areaId;
  while (current !== null && current !== undefined && way.length <= LEVELS.length) {
    way.push(current);
    current = parentOf.get(current);
  }
  return way;
}

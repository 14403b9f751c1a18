import type { Area } from '#contract/area.ts';

export interface PlacedArea {
  area: Area;
  depth: number;
}

/** Parents before their children, siblings by name. What has no parent among them stands at the top. */
export function orderAreas(areas: readonly Area[]): PlacedArea[] {
  const known = new Set(areas.map(({ areaId }) => areaId));
  const below = new Map<string, Area[]>();
  for (const area of areas) {
    const key = area.parentId !== null && known.has(area.parentId) ? area.parentId : '';
    below.set(key, [...(below.get(key) ?? []), area]);
  }
  const place = (parentId: string, depth: number): PlacedArea[] =>
    (below.get(parentId) ?? [])
      .toSorted((a, b) => a.name.localeCompare(b.name, 'vi', { numeric: true }))
      .flatMap((area) => [{ area, depth }, ...place(area.areaId, depth + 1)]);
  return place('', 0);
}

/** The area and all below it. */
export function branchOf(areas: readonly Area[], areaId: string): Set<string> {
  const branch = new Set([areaId]);
  for (const { area } of orderAreas(areas)) if (area.parentId !== null && branch.has(area.parentId)) branch.add(area.areaId);
  return branch;
}

/** For finding by names typed without marks: "long hiep" finds "Ấp Long Hiệp". */
export function withoutMarks(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').replaceAll('đ', 'd').replaceAll('Đ', 'D').toLowerCase();
}

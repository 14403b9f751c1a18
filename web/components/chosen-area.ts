import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';
import type { Area } from '#contract/area.ts';
import { useRead } from '../api/queries.ts';
import { useAccount } from '../api/session.ts';
import { orderAreas } from '../format/area-tree.ts';

const KEPT_AS = 'truyen-thanh.area';

interface ChosenArea {
  /** Undefined while the areas load, or when this account has none. */
  area: Area | undefined;
  areaId: string | undefined;
  /** All that this account may choose. */
  areas: readonly Area[];
  isLoading: boolean;
  choose: (areaId: string) => void;
}

/** The area that every page speaks of: from the address, else the one chosen last here, else the widest of mine. */
export function useChosenArea(): ChosenArea {
  const { grants } = useAccount();
  const { area: asked } = useSearch({ strict: false });
  const { data, isPending } = useRead('listAreas');
  const navigate = useNavigate();
  const areas = data ? withinGrants(data.entries, new Set(grants.map((grant) => grant.areaId))) : [];
  const find = (areaId: string | null | undefined) => areas.find((area) => area.areaId === areaId);
  const area = find(asked) ?? find(localStorage.getItem(KEPT_AS)) ?? areas[0];
  const choose = useCallback(
    (areaId: string) => {
      localStorage.setItem(KEPT_AS, areaId);
      void navigate({ to: '.', search: (search) => ({ ...search, area: areaId }) });
    },
    [navigate],
  );
  return { area, areaId: area?.areaId, areas, isLoading: isPending, choose };
}

/** Areas above a grant come along to show where it lies; questions about them would be refused. */
function withinGrants(entries: readonly Area[], granted: ReadonlySet<string>): Area[] {
  const within = new Set<string>();
  const open = entries.filter((area) => area.validTo === null);
  const placed = orderAreas(open).map(({ area }) => area);
  for (const area of placed)
    if (granted.has(area.areaId) || (area.parentId !== null && within.has(area.parentId))) within.add(area.areaId);
  return placed.filter((area) => within.has(area.areaId));
}

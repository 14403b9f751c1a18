import type { Role } from '#contract/account.ts';
import type { Area } from '#contract/area.ts';
import { useAccount } from '../api/session.ts';

/** Whether I hold one of these roles in that area, by it or by one above. A hint for the eye: the server decides. */
export function useHoldsIn(areas: readonly Area[]): (areaId: string, ...roles: Role[]) => boolean {
  const { grants } = useAccount();
  const byId = new Map(areas.map((area) => [area.areaId, area]));
  return (areaId, ...roles) => {
    for (let at = byId.get(areaId); at; at = at.parentId === null ? undefined : byId.get(at.parentId)) {
      const { areaId: held } = at;
      if (grants.some((grant) => grant.areaId === held && roles.includes(grant.role))) return true;
    }
    return false;
  };
}

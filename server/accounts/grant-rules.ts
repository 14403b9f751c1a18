import type { RoleGrant } from '#contract/account.ts';

export interface GrantChange {
  added: RoleGrant[];
  removed: RoleGrant[];
}

/** A grant that is named twice is one. */
export function compareGrants(before: readonly RoleGrant[], after: readonly RoleGrant[]): GrantChange {
  const wanted = [...new Map(after.map((grant) => [keyOf(grant), grant])).values()];
  const keysBefore = new Set(before.map(keyOf));
  const keysAfter = new Set(wanted.map(keyOf));
  return {
    added: wanted.filter((grant) => !keysBefore.has(keyOf(grant))),
    removed: before.filter((grant) => !keysAfter.has(keyOf(grant))),
  };
}

export function isAdministratorOf(grants: readonly RoleGrant[], ancestry: readonly string[]): boolean {
  return grants.some((grant) => grant.role === 'administrator' && ancestry.includes(grant.areaId));
}

/** The lowest area that all stand in or below; each ancestry begins with the area itself. Null without areas. */
export function findCommonArea(ancestries: readonly (readonly string[])[]): string | null {
  const [first, ...others] = ancestries;
  return first?.find((areaId) => others.every((ancestry) => ancestry.includes(areaId))) ?? null;
}

function keyOf(grant: RoleGrant): string {
  return `${grant.role} ${grant.areaId}`;
}

import { useQuery } from '@tanstack/react-query';
import type { Bulletin, BulletinState } from '#contract/bulletin.ts';
import { callApi } from '../api/api-client.ts';

const PAGE = 200;
/** Beyond it nobody reads a list; that it was cut is said. */
const PAGES_MAX = 5;

export interface BulletinsOfState {
  bulletins: Bulletin[];
  isCut: boolean;
}

/** All bulletins of an area and below in one state, newest first, over as many pages as it takes. */
export function useBulletinsByState(areaId: string | undefined, state: BulletinState) {
  return useQuery({
    queryKey: ['listBulletins', { every: state, areaId }],
    enabled: areaId !== undefined,
    queryFn: async ({ signal }): Promise<BulletinsOfState> => {
      const bulletins: Bulletin[] = [];
      let after: string | null = null;
      for (let page = 0; page < PAGES_MAX; page += 1) {
        const query = { areaId: areaId ?? '', state, limit: PAGE, ...(after === null ? {} : { after }) };
        const reply: { entries: Bulletin[]; next: string | null } = await callApi('listBulletins', { query }, signal);
        bulletins.push(...reply.entries);
        after = reply.next;
        if (after === null) break;
      }
      return { bulletins, isCut: after !== null };
    },
  });
}

/** What will sound: the Opus audio, to which an approval is bound. */
export function soundOf(bulletin: Pick<Bulletin, 'renditions'>) {
  return bulletin.renditions.find(({ codec }) => codec === 'opus');
}

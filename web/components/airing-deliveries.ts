import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { Delivery } from '#contract/airing.ts';
import type { ReceiverKind } from '#contract/enrolment.ts';
import { callApi } from '../api/api-client.ts';
import { useRead } from '../api/queries.ts';
import { orderAreas } from '../format/area-tree.ts';

const PAGE_SIZE = 200;

export interface PlacedDelivery extends Delivery {
  clusterName: string | undefined;
  areaName: string | undefined;
  /** Undefined: the receiver stands elsewhere by now. */
  kind: ReceiverKind | undefined;
  /** Where its area comes in the tree. */
  areaOrder: number;
}

/** The first deliveries of an airing, as many pages as asked for. */
function useDeliveries(airingId: string, pages: number) {
  return useQuery({
    queryKey: ['listDeliveries', { ofAiring: airingId, pages }],
    queryFn: async ({ signal }) => {
      const entries: Delivery[] = [];
      let after: string | undefined;
      for (let page = 0; page < pages; page += 1) {
        const query = { limit: PAGE_SIZE, ...(after === undefined ? {} : { after }) };
        const reply = await callApi('listDeliveries', { params: { airingId }, query }, signal);
        entries.push(...reply.entries);
        if (reply.next === null) return { entries, hasMore: false };
        after = reply.next;
      }
      return { entries, hasMore: true };
    },
    placeholderData: keepPreviousData,
    // Planned by the server a moment after the airing was made, without an event for each.
    refetchInterval: ({ state }) => (state.data?.entries.length === 0 ? 2_000 : false),
  });
}

/** Deliveries with the names of where they sound, in the order of the tree. */
export function usePlacedDeliveries(airingId: string, areaId: string, pages: number) {
  const query = useDeliveries(airingId, pages);
  const { data: areas } = useRead('listAreas');
  const { data: clusters } = useRead('listClusters', { query: { areaId } });
  const { data: receivers } = useRead('listReceivers', { query: { areaId } });
  const areaAt = new Map(
    orderAreas(areas?.entries ?? []).map(({ area }, index) => [area.areaId, { name: area.name, order: index }]),
  );
  const clusterOf = new Map(clusters?.entries.map((cluster) => [cluster.clusterId, cluster.name]));
  const kindOf = new Map(receivers?.entries.map((receiver) => [receiver.receiverId, receiver.kind]));
  const deliveries = (query.data?.entries ?? [])
    .map((delivery): PlacedDelivery => {
      const area = areaAt.get(delivery.areaId);
      return {
        ...delivery,
        clusterName: clusterOf.get(delivery.clusterId),
        areaName: area?.name,
        kind: kindOf.get(delivery.receiverId),
        areaOrder: area?.order ?? areaAt.size,
      };
    })
    .toSorted((a, b) => a.areaOrder - b.areaOrder || (a.clusterName ?? '').localeCompare(b.clusterName ?? '', 'vi'));
  return { query, deliveries, hasMore: query.data?.hasMore ?? false };
}

import {
  type QueryClient,
  queryOptions,
  type UseMutationResult,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import type { EndpointName } from '#contract/endpoints.ts';
import { type ApiReply, type ApiRequest, callApi } from './api-client.ts';

/** Key of a read in the cache: the endpoint, then what was asked of it. */
export function keyOf<N extends EndpointName>(name: N, request: ApiRequest<N> = {}): readonly [N, ApiRequest<N>] {
  return [name, request];
}

/** For route loaders and hooks alike: `queryClient.ensureQueryData(read('listAreas'))`. */
export function read<N extends EndpointName>(name: N, request: ApiRequest<N> = {}) {
  return queryOptions({ queryKey: keyOf(name, request), queryFn: ({ signal }) => callApi(name, request, signal) });
}

interface ReadSettings {
  /** False while something that the question needs is not known yet. */
  isEnabled?: boolean;
  /** For what changes by the clock alone; what the feed tells needs none. */
  everyMs?: number;
}

/** Server state lives in the query cache alone: read it here, never copy it into state. */
export function useRead<N extends EndpointName>(
  name: N,
  request: ApiRequest<N> = {},
  { isEnabled = true, everyMs }: ReadSettings = {},
) {
  return useQuery({ ...read(name, request), enabled: isEnabled, ...(everyMs === undefined ? {} : { refetchInterval: everyMs }) });
}

interface WriteSettings<N extends EndpointName> {
  /** Reads that are no longer true after it. */
  invalidates?: readonly EndpointName[];
  onDone?: (reply: ApiReply<N>, request: ApiRequest<N>) => void;
}

/** A change: `const approve = useWrite('approveBulletin', { invalidates: ['listBulletins'] })`, then `approve.mutate({ params, body })`. */
export function useWrite<N extends EndpointName>(
  name: N,
  { invalidates = [], onDone }: WriteSettings<N> = {},
): UseMutationResult<ApiReply<N>, Error, ApiRequest<N>> {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (request: ApiRequest<N>) => callApi(name, request),
    onSuccess: async (reply, request) => {
      await invalidate(queryClient, ...invalidates);
      onDone?.(reply, request);
    },
  });
}

export async function invalidate(queryClient: QueryClient, ...names: readonly EndpointName[]): Promise<void> {
  await Promise.all(names.map((name) => queryClient.invalidateQueries({ queryKey: [name] })));
}

import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { rememberCsrfToken } from './api-client.ts';
import { isProblem, ProblemError } from './problem-error.ts';
import { keyOf } from './queries.ts';

const TRIES_MAX = 2;

/** One cache for the page. A session that ended anywhere shows the sign-in page; the address stays, and so the way back. */
export function createQueryClient(): QueryClient {
  const noteEnd = (error: Error) => {
    if (!isProblem(error, 'not-signed-in')) return;
    rememberCsrfToken('');
    queryClient.setQueryData(keyOf('readSession'), null);
  };
  const queryClient: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError: noteEnd }),
    mutationCache: new MutationCache({ onError: noteEnd }),
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        // A commune's server is reached over its own network, whatever the browser believes of the internet.
        networkMode: 'always',
        // What the server refused it refuses again; only what did not arrive is worth another try.
        retry: (failures, error) => !(error instanceof ProblemError) && failures < TRIES_MAX,
      },
      mutations: { retry: false, networkMode: 'always' },
    },
  });
  return queryClient;
}

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import type { Role, Session } from '#contract/account.ts';
import { callApi, rememberCsrfToken } from './api-client.ts';
import { isProblem } from './problem-error.ts';
import { keyOf } from './queries.ts';

/** Who is signed in; null: nobody. */
export function useSession() {
  return useQuery({
    queryKey: keyOf('readSession'),
    queryFn: async ({ signal }): Promise<Session | null> => {
      try {
        const session = await callApi('readSession', {}, signal);
        rememberCsrfToken(session.csrfToken);
        return session;
      } catch (error) {
        if (isProblem(error, 'not-signed-in')) return null;
        throw error;
      }
    },
    staleTime: 5 * 60_000,
  });
}

/** Puts a session in place after signing in, or takes it away. Nothing that one account read is shown to the next. */
export function useChangeSession(): (session: Session | null) => void {
  const queryClient = useQueryClient();
  return useCallback(
    (session) => {
      rememberCsrfToken(session?.csrfToken ?? '');
      queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'readSession' });
      queryClient.setQueryData(keyOf('readSession'), session);
    },
    [queryClient],
  );
}

/** The signed-in account. Only below the frame, which shows the sign-in page to everyone else. */
export function useAccount(): Session['account'] {
  const { data } = useSession();
  if (!data) throw new Error('used outside the signed-in frame');
  return data.account;
}

/** Whether I hold one of these roles anywhere. A hint for the eye: the server decides. */
export function useHasRole(...roles: Role[]): boolean {
  const { grants } = useAccount();
  return grants.some((grant) => roles.includes(grant.role));
}

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { Bulletin } from '#contract/bulletin.ts';
import { type ApiRequest, callApi } from '../api/api-client.ts';
import { keyOf, useRead } from '../api/queries.ts';
import { EMPTY_DRAFT, wireOf } from './bulletin-draft.ts';
import { DraftKeeper, type DraftServer, type DraftState } from './draft-keeper.ts';

/** Also when the browser thinks that there is no network: a save held back would look like one that never ends. */
const AT_ONCE = 'always';

interface Draft {
  keeper: DraftKeeper;
  draft: DraftState;
  /** What the server holds, once there is something. */
  bulletin: Bulletin | undefined;
}

/** One bulletin while it is written; `start` is absent for a new one, which then begins in `areaId`. */
export function useDraft(start: Bulletin | undefined, areaId: string, onComposed: (bulletinId: string) => void): Draft {
  const remember = useRememberBulletin();
  const isHere = useRef(true);
  useEffect(() => {
    isHere.current = true;
    return () => {
      isHere.current = false;
    };
  }, []);
  const compose = useMutation({
    mutationFn: (request: ApiRequest<'composeBulletin'>) => callApi('composeBulletin', request),
    networkMode: AT_ONCE,
    onSuccess: remember,
  });
  const edit = useMutation({
    mutationFn: (request: ApiRequest<'editBulletin'>) => callApi('editBulletin', request),
    networkMode: AT_ONCE,
    onSuccess: remember,
  });
  const server: DraftServer = {
    compose: async (content) => {
      const bulletin = await compose.mutateAsync({ body: { areaId, kind: content.kind, ...wireOf(content) } });
      // Whoever left meanwhile is not called back.
      if (isHere.current) onComposed(bulletin.bulletinId);
      return bulletin;
    },
    edit: (bulletinId, revision, content) => edit.mutateAsync({ params: { bulletinId }, body: { revision, ...wireOf(content) } }),
    read: (bulletinId) => callApi('readBulletin', { params: { bulletinId } }),
  };
  // The keeper outlives renders; what it calls is of the newest one.
  const newest = useRef(server);
  useEffect(() => {
    newest.current = server;
  });
  const [keeper] = useState(
    () =>
      new DraftKeeper(
        {
          compose: (content) => newest.current.compose(content),
          edit: (bulletinId, revision, content) => newest.current.edit(bulletinId, revision, content),
          read: (bulletinId) => newest.current.read(bulletinId),
        },
        start ?? EMPTY_DRAFT,
      ),
  );
  const draft = useSyncExternalStore(keeper.watch, keeper.read);
  const bulletinId = draft.saved?.bulletinId;
  const { data: bulletin } = useRead(
    'readBulletin',
    { params: { bulletinId: bulletinId ?? '' } },
    { isEnabled: bulletinId !== undefined },
  );
  useEffect(() => {
    if (bulletin) keeper.note(bulletin);
  }, [keeper, bulletin]);
  useLeaving(keeper);
  return { keeper, draft, bulletin };
}

/** A reply that holds the whole bulletin is the newest read of it. */
export function useRememberBulletin(): (bulletin: Bulletin) => void {
  const queryClient = useQueryClient();
  return (bulletin) => queryClient.setQueryData(keyOf('readBulletin', { params: { bulletinId: bulletin.bulletinId } }), bulletin);
}

function useLeaving(keeper: DraftKeeper): void {
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      if (keeper.isOwed) event.preventDefault();
    };
    window.addEventListener('beforeunload', warn);
    return () => {
      window.removeEventListener('beforeunload', warn);
      keeper.leave();
    };
  }, [keeper]);
}

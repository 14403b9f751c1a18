import type { QueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import type { EndpointName } from '#contract/endpoints.ts';
import { FeedEvent } from '#contract/live-feed.ts';
import { apiAddress } from './api-client.ts';

export type FeedState = 'connecting' | 'live' | 'lost';

/** What each event makes untrue. A page that shows one of these reads needs to do nothing to stay fresh. */
const STALE: Record<FeedEvent['type'], readonly EndpointName[]> = {
  'rendering-changed': ['readBulletin', 'listBulletins', 'listNotices'],
  'bulletin-changed': ['readBulletin', 'listBulletins', 'listRevisions', 'listNotices'],
  'airing-changed': ['readAiring', 'listAirings', 'summariseDay', 'listNotices'],
  'delivery-changed': ['readAiring', 'listDeliveries', 'listReceiverDeliveries', 'listNotices'],
  'receiver-changed': ['readReceiver', 'listReceivers', 'listPresence', 'listNotices'],
};
/** A whole commune may change state in one second: reads are asked for once after it. */
const GATHER_MS = 400;
const RECONNECT_MS = 5_000;

let state: FeedState = 'connecting';
const watchers = new Set<() => void>();

/** Follows the server's events until it is closed; after a break everything is read anew, for events were missed. */
export function openLiveFeed(queryClient: QueryClient): { close(): void } {
  const stale = new Set<EndpointName>();
  let gathering: ReturnType<typeof setTimeout> | undefined;
  let reconnecting: ReturnType<typeof setTimeout> | undefined;
  let source: EventSource | undefined;
  let isClosed = false;

  const flush = () => {
    gathering = undefined;
    const names = [...stale];
    stale.clear();
    for (const name of names) void queryClient.invalidateQueries({ queryKey: [name] });
  };
  const note = (event: MessageEvent<string>) => {
    const parsed = FeedEvent.safeParse(JSON.parse(event.data));
    // A newer server may tell of what this page does not know; it shows nothing of it.
    if (!parsed.success) return;
    for (const name of STALE[parsed.data.type]) stale.add(name);
    gathering ??= setTimeout(flush, GATHER_MS);
  };
  const connect = () => {
    if (isClosed) return;
    source = new EventSource(apiAddress('feed'));
    source.addEventListener('open', () => {
      if (state === 'lost') void queryClient.invalidateQueries();
      setState('live');
    });
    source.addEventListener('error', () => {
      setState('lost');
      // The browser gives up for good when the reply is no event stream, such as a proxy's error page.
      if (source?.readyState === EventSource.CLOSED) reconnecting = setTimeout(connect, RECONNECT_MS);
    });
    for (const type of Object.keys(STALE)) source.addEventListener(type, note);
  };
  connect();
  return {
    close() {
      isClosed = true;
      clearTimeout(gathering);
      clearTimeout(reconnecting);
      source?.close();
      setState('connecting');
    },
  };
}

export function useFeedState(): FeedState {
  return useSyncExternalStore(watch, () => state);
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

function setState(next: FeedState): void {
  if (next === state) return;
  state = next;
  for (const watcher of watchers) watcher();
}

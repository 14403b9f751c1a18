/** What was heard of one receiver since the server started. */
export interface Heard {
  presence: 'online' | 'offline';
  lastSeenMs: number;
}

/** Those that say nothing any more, though nothing told of their end: the network ate it, or power went. */
export function listSilent(heard: Iterable<readonly [string, Heard]>, nowMs: number, offlineAfterMs: number): string[] {
  const silent: string[] = [];
  for (const [receiverId, { presence, lastSeenMs }] of heard) {
    if (presence === 'online' && nowMs - lastSeenMs > offlineAfterMs) silent.push(receiverId);
  }
  return silent;
}

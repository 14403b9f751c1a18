export interface Asked {
  host: string;
  /** Of a proxy that ends TLS before us; the caller may write it, but then deceives only itself. */
  forwardedScheme: string | undefined;
  isEncrypted: boolean;
  publicUrl: string | undefined;
}

/** Where the caller reached us, as it dialled: the same host works for it again. */
export function originOf({ host, forwardedScheme, isEncrypted, publicUrl }: Asked): string {
  const isPublic = publicUrl !== undefined && new URL(publicUrl).host === host;
  const scheme = isPublic ? new URL(publicUrl).protocol : forwardedScheme === 'https' || isEncrypted ? 'https:' : 'http:';
  return `${scheme}//${host}`;
}

export function webSocketOf(origin: string, path: string): string {
  return origin.replace(/^http/, 'ws') + path;
}

/**
 * Who really calls when so many proxies of ours stand in front: each adds, on the right, the address that came to it. What
 * stands further left the caller may have made up.
 */
export function callerAddress(remote: string | undefined, forwardedFor: string | undefined, proxies: number): string | undefined {
  const named = (forwardedFor ?? '').split(',').map((address) => address.trim());
  const chain = [...named.filter(Boolean), remote];
  return chain[Math.max(0, chain.length - 1 - proxies)];
}

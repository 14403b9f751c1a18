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

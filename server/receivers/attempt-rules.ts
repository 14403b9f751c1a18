/** So many at once, and so many a second after that. */
export interface Allowance {
  burst: number;
  perSecond: number;
}

export interface Bucket {
  left: number;
  filledAtMs: number;
}

/** The bucket after taking `amount`, or undefined when it holds less. A clock that was set back refills nothing and blocks nothing. */
export function takeFrom(bucket: Bucket | undefined, amount: number, allowance: Allowance, nowMs: number): Bucket | undefined {
  const elapsedMs = bucket ? Math.max(0, nowMs - bucket.filledAtMs) : 0;
  const left = Math.min(allowance.burst, (bucket?.left ?? allowance.burst) + (elapsedMs / 1000) * allowance.perSecond);
  return left < amount ? undefined : { left: left - amount, filledAtMs: nowMs };
}

/** An IPv6 site has 2^64 addresses of its own, so the first four groups count as one caller; IPv4 counts as it is. */
export function callerKeyOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped) return mapped;
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.toLowerCase().split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail ? tail.split(':') : [];
  const gap = tail === undefined ? [] : Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0');
  return [...front, ...gap, ...back].slice(0, 4).join(':');
}

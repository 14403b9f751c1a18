import type { Clock } from '../lib/clock.ts';
import { type Allowance, type Bucket, takeFrom } from './attempt-rules.ts';
import { followPackets, STREAM_START } from './packet-length-rules.ts';

export const PAYLOAD_BYTES_MAX = 256 * 1024;
const TOPIC_BYTES_MAX = 128;
/** Until someone is logged in, a packet is a CONNECT: ids, a will and a signed nonce. */
const CONNECT_BYTES_MAX = 4096;
const PACKETS: Allowance = { burst: 600, perSecond: 20 };
const BYTES: Allowance = { burst: 16 * 1024 * 1024, perSecond: 512 * 1024 };

/** A judge over one connection's incoming bytes, for `guardStream`: lengths and rates, before any parser sees them. */
export function judgeTraffic(clock: Clock, isLoggedIn: () => boolean): (chunk: Buffer) => string | undefined {
  let place = STREAM_START;
  let packetBucket: Bucket | undefined;
  let byteBucket: Bucket | undefined;
  return (chunk) => {
    const followed = followPackets(place, chunk, isLoggedIn() ? PAYLOAD_BYTES_MAX + TOPIC_BYTES_MAX : CONNECT_BYTES_MAX);
    place = followed.place;
    if (followed.isRefused) return 'a packet is longer than allowed';
    const nowMs = clock.now();
    packetBucket = takeFrom(packetBucket, followed.packets, PACKETS, nowMs);
    byteBucket = takeFrom(byteBucket, chunk.length, BYTES, nowMs);
    return packetBucket && byteBucket ? undefined : 'more packets than allowed';
  };
}

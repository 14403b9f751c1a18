/** Where in the stream of MQTT packets we are: in a fixed header, or so many bytes before the next one. */
export interface PacketPlace {
  part: 'type' | 'length' | 'body';
  /** Of the remaining length being read: value so far and how many of its bytes. */
  length: number;
  lengthBytes: number;
  bodyLeft: number;
}

export const STREAM_START: PacketPlace = { part: 'type', length: 0, lengthBytes: 0, bodyLeft: 0 };

/**
 * Follows the lengths in a chunk of MQTT, without keeping the bytes: the broker's parser would collect a packet of up to
 * 256 MB before anyone is asked. `isRefused`: a packet is longer than allowed, or its length is malformed.
 */
export function followPackets(
  from: PacketPlace,
  chunk: Uint8Array,
  bytesMax: number,
): { place: PacketPlace; packets: number; isRefused: boolean } {
  const place = { ...from };
  let packets = 0;
  let index = 0;
  while (index < chunk.length) {
    if (place.part === 'body') {
      const skipped = Math.min(place.bodyLeft, chunk.length - index);
      place.bodyLeft -= skipped;
      index += skipped;
      if (place.bodyLeft === 0) place.part = 'type';
      continue;
    }
    const byte = chunk[index] ?? 0;
    index += 1;
    if (place.part === 'type') {
      packets += 1;
      Object.assign(place, { part: 'length', length: 0, lengthBytes: 0 });
      continue;
    }
    place.length += (byte & 0x7f) * 128 ** place.lengthBytes;
    place.lengthBytes += 1;
    if (place.length > bytesMax || (place.lengthBytes === 4 && byte >= 0x80)) return { place, packets, isRefused: true };
    if (byte < 0x80) Object.assign(place, { part: place.length > 0 ? 'body' : 'type', bodyLeft: place.length });
  }
  return { place, packets, isRefused: false };
}

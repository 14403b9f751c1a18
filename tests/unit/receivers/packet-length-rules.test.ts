import { describe, expect, test } from 'vitest';
import { followPackets, STREAM_START } from '../../../server/receivers/packet-length-rules.ts';

/** A packet with a remaining length of so many bytes. */
function packet(bytes: number): Buffer {
  const head = [0x30];
  let left = bytes;
  do {
    head.push((left % 128) + (left >= 128 ? 0x80 : 0));
    left = Math.floor(left / 128);
  } while (left > 0);
  return Buffer.concat([Buffer.from(head), Buffer.alloc(bytes, 0xff)]);
}

describe('followPackets', () => {
  const stream = Buffer.concat([packet(0), packet(1), packet(127), packet(128), packet(20_000)]);

  test('counts packets, however the stream is cut into chunks', () => {
    for (const step of [1, 2, 3, 7, 100, stream.length]) {
      let place = STREAM_START;
      let packets = 0;
      for (let from = 0; from < stream.length; from += step) {
        const followed = followPackets(place, stream.subarray(from, from + step), 20_000);
        expect(followed.isRefused).toBe(false);
        place = followed.place;
        packets += followed.packets;
      }
      expect(packets).toBe(5);
      expect(place.part).toBe('type');
    }
  });

  test('refuses a longer packet by its header, before its body came', () => {
    expect(followPackets(STREAM_START, packet(20_001).subarray(0, 4), 20_000).isRefused).toBe(true);
    expect(followPackets(STREAM_START, packet(20_000), 20_000).isRefused).toBe(false);
  });

  test('refuses a length that does not end', () => {
    expect(followPackets(STREAM_START, Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80]), 20_000).isRefused).toBe(true);
  });
});

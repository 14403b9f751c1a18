import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReceiptBody } from '#contract/receipt.ts';
import { EspeakEngine } from '../../../server/rendering/espeak-engine.ts';
import { decodeAudio, judgeSoundings, type SentAudio } from '../../support/judge-sound.ts';
import type { Recording } from '../../support/sound-card.ts';
import { TempFolder } from '../../support/temp-folder.ts';

/** What the demonstration asks of a recording before it calls it proof. */
const CORRELATION_MIN = 0.9;
const RATE_PER_MS = 48;
const SENT =
  'Kính thưa bà con, Ủy ban nhân dân xã thông báo lịch cấp nước sinh hoạt trong tuần này. Nước được cấp từ năm giờ sáng đến chín giờ sáng mỗi ngày.';
const OTHER =
  'Trạm y tế mời các gia đình có trẻ nhỏ đến tiêm chủng vào sáng thứ bảy. Khi đi nhớ mang theo sổ theo dõi sức khỏe và giấy hẹn của lần trước.';

let folder: TempFolder;
let sent: SentAudio;
let other: SentAudio;

beforeAll(async () => {
  folder = await TempFolder.create();
  const engine = new EspeakEngine();
  const speak = async (name: string, text: string) => {
    const outFile = join(folder.path, `${name}.wav`);
    await engine.synthesise({ text, outFile });
    return decodeAudio(outFile);
  };
  sent = await speak('sent', SENT);
  other = await speak('other', OTHER);
});
afterAll(() => folder[Symbol.asyncDispose]());

/** The verdict on a recording that begins with the sounding and holds `heard`. */
function judge(heard: Float32Array): number {
  const startedAtMs = Date.parse('2026-11-22T05:00:00.000Z');
  const startedAt = new Date(startedAtMs).toISOString();
  const recording = {
    samples: (fromMs: number, untilMs: number) =>
      Float32Array.from(
        { length: Math.round((untilMs - fromMs) * RATE_PER_MS) },
        (_, index) => heard[Math.round((fromMs - startedAtMs) * RATE_PER_MS) + index] ?? 0,
      ),
  } as Recording;
  const { durationMs } = sent;
  const sounding: Extract<ReceiptBody, { kind: 'sounding-ended' }> = {
    v: 1,
    recordedAt: startedAt,
    bootId: 'boot',
    clockTrust: 'synchronised',
    kind: 'sounding-ended',
    orderId: randomUUID(),
    airingId: randomUUID(),
    repeat: 0,
    item: 0,
    outcome: 'rendered',
    playedMs: durationMs,
    expectedMs: durationMs,
    spans: [{ startedAt, fromMs: 0, toMs: durationMs }],
  } as unknown as Extract<ReceiptBody, { kind: 'sounding-ended' }>;
  return judgeSoundings(recording, [sounding], [sent]).recordedCorrelation;
}

describe('a recording', () => {
  it('of what was sent is proof, also softer and a tenth of a second late', () => {
    const late = new Float32Array(sent.samples.length);
    late.set(
      sent.samples.subarray(0, sent.samples.length - 4_800).map((sample) => sample / 3),
      4_800,
    );
    expect(judge(sent.samples)).toBeGreaterThan(0.99);
    expect(judge(late)).toBeGreaterThan(CORRELATION_MIN);
  });

  it('of the same voice with another text is none', () => {
    expect(other.durationMs).toBeGreaterThan(0.7 * sent.durationMs);
    expect(judge(other.samples)).toBeLessThan(0.6);
  });

  it.each([
    ['second', 0.5, 1],
    ['first', 0, 0.5],
    ['middle', 0.25, 0.75],
  ])('whose %s half is silent is none', (_, from, until) => {
    const { length } = sent.samples;
    const heard = sent.samples.slice().fill(0, Math.round(from * length), Math.round(until * length));
    expect(judge(heard)).toBeLessThan(CORRELATION_MIN);
  });

  it('of nothing is none', () => {
    expect(judge(new Float32Array(sent.samples.length))).toBe(0);
  });
});

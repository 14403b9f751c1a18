import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ExportManifest, Receipt } from '#contract/receipt.ts';
import { signDocument } from '#signing/documents.ts';
import { generateSigningKey, type SigningKey } from '#signing/keys.ts';
import { linesOfFile } from '#signing/lines-of-file.ts';
import { findReceiptFault, hashOfReceipt } from '#signing/receipt-chain.ts';
import { verifyExport } from '#signing/verify-export.ts';
import { booted, playedWhole, TalkingReceiver } from '../../support/talking-receiver.ts';

const root = generateSigningKey();
const record = generateSigningKey();
const airingId = randomUUID();
const told = { orderId: randomUUID(), airingId };
const other = { orderId: randomUUID(), airingId: randomUUID() };
const at = '2026-11-22T05:00:00.000Z';

function keySetOf(rootKey: SigningKey) {
  const key = { keyId: record.keyId, purpose: 'record' as const, validFrom: at, validUntil: '2027-11-22T05:00:00.000Z' };
  return signDocument(rootKey, { type: 'key-set', v: 1, version: 1, issuedAt: at, keys: [key] } as const);
}

function manifestOf(receivers: TalkingReceiver[]): ExportManifest {
  return {
    type: 'export-manifest',
    v: 1,
    exportId: randomUUID(),
    airingId,
    exportedAt: at,
    receivers: receivers.map(({ receiverId, key, chain }) => ({
      receiverId,
      receiverKey: key.keyId,
      previousHash: chain[0]?.head.previousHash ?? '',
      firstSequence: 1,
      lastSequence: chain.length,
      headHash: hashOfReceipt(chain.at(-1) as Receipt),
      count: chain.length,
      airingSequences: chain.filter(isOurs).map(({ head }) => head.sequence),
    })),
  };
}

const isOurs = ({ body }: Receipt) => 'airingId' in body && body.airingId === airingId;
const lineOf = (receipt: Receipt) => JSON.stringify(isOurs(receipt) ? receipt : { ...receipt, body: null });
const firstLine = (receivers: TalkingReceiver[], rootKey = root, signer = record) =>
  JSON.stringify({ manifest: signDocument(signer, manifestOf(receivers)), keySet: keySetOf(rootKey) });

const [near, far] = [new TalkingReceiver(), new TalkingReceiver()];
near.say(booted(), ...playedWhole(told, 4000), ...playedWhole(other, 2000));
far.say(booted(), ...playedWhole(told, 4000));
const honest = [firstLine([near, far]), ...near.chain.map(lineOf), ...far.chain.map(lineOf)];
const verify = (lines: readonly string[], trust = root.keyId) => verifyExport(each(lines), trust);
async function* each(lines: readonly string[]) {
  yield* lines;
}
const swapped = (lines: readonly string[], one: number, two: number) =>
  lines.map((line, index) => lines[index === one ? two : index === two ? one : index] ?? line);

describe('an export', () => {
  it('is verified when nothing was done to it, with the banner of npm before it', async () => {
    const verdict = await verify(['', '> truyen-thanh@0.1.0 export-receipts', '', ...honest]);
    expect(verdict).toEqual({
      verified: true,
      airingId,
      exportedAt: at,
      receivers: 2,
      count: near.chain.length + far.chain.length,
      bodies: 10,
      fault: null,
    });
  });

  it.each([
    ['altered', honest.with(3, (honest[3] ?? '').replace('synchronised', 'untrusted')), 4, 'receipt-signature-wrong', near, 3],
    ['removed', honest.toSpliced(3, 1), 4, 'receipt-missing', near, 3],
    ['removed at the tail', honest.slice(0, -1), honest.length, 'receipt-missing', far, 6],
    ['swapped', swapped(honest, 3, 4), 4, 'receipt-missing', near, 3],
    ['swapped between receivers', swapped(honest, 1, 12), 2, 'receipt-of-another-receiver', near, 1],
    ['doubled', honest.toSpliced(4, 0, honest[3] ?? ''), 5, 'receipt-out-of-order', near, 4],
    [
      'stripped of its body',
      honest.with(3, JSON.stringify({ ...near.chain[2], body: null })),
      4,
      'receipt-body-missing',
      near,
      3,
    ],
    ['added at the end', [...honest, honest.at(-1) ?? ''], honest.length + 1, 'receipt-not-in-manifest', undefined, 0],
    ['followed by a blank line', honest.toSpliced(3, 0, ''), 4, 'receipt-unreadable', near, 3],
    [
      'cut in its midst',
      [...honest.slice(0, -1), (honest.at(-1) ?? '').slice(0, 80)],
      honest.length,
      'receipt-unreadable',
      far,
      6,
    ],
    [
      'given a field that nobody signed',
      honest.with(3, (honest[3] ?? '').replace('{"head"', '{"note":"x","head"')),
      4,
      'receipt-unreadable',
      near,
      3,
    ],
    [
      'given a field twice',
      honest.with(3, (honest[3] ?? '').replace('"body":{', '"body":null,"body":{')),
      4,
      'receipt-unreadable',
      near,
      3,
    ],
    [
      'given an unknown field in its body',
      honest.with(3, (honest[3] ?? '').replace('"body":{', '"body":{"note":"x",')),
      4,
      'receipt-signature-wrong',
      near,
      3,
    ],
  ] as const)('names the first record when one was %s', async (_what, lines, line, code, whose, sequence) => {
    const { verified, fault } = await verify(lines);
    expect(verified).toBe(false);
    expect(fault).toEqual({ line, code, receiverId: whose?.receiverId ?? null, sequence: whose ? sequence : null });
  });

  it('finds a record forged under another key, also with its chain re-linked', async () => {
    const forger = new TalkingReceiver(near.receiverId);
    forger.say(...near.chain.map(({ body }) => body));
    const lines = [honest[0] ?? '', ...forger.chain.map(lineOf), ...far.chain.map(lineOf)];
    expect((await verify(lines)).fault).toMatchObject({ line: 2, code: 'receipt-signature-wrong', sequence: 1 });
  });

  it('finds a chain that the receiver itself told otherwise', async () => {
    const clone = new TalkingReceiver(near.receiverId, near.key);
    clone.say(booted('boot-2'), ...near.chain.slice(1).map(({ body }) => body));
    const lines = [honest[0] ?? '', ...near.chain.slice(0, 5).map(lineOf), ...clone.chain.slice(5).map(lineOf)];
    expect((await verify(lines)).fault).toMatchObject({ line: 7, code: 'receipt-chain-broken', sequence: 6 });
  });

  it.each([
    [
      'the manifest was edited',
      honest.with(0, (honest[0] ?? '').replace('"count":6', '"count":7')),
      root.keyId,
      'signature-wrong',
    ],
    [
      'its key set is of another root',
      [firstLine([near, far], generateSigningKey()), ...honest.slice(1)],
      root.keyId,
      'root-key-foreign',
    ],
    ['another root is trusted', honest, generateSigningKey().keyId, 'root-key-foreign'],
    [
      'a foreign key signed it',
      [firstLine([near, far], root, generateSigningKey()), ...honest.slice(1)],
      root.keyId,
      'key-unknown',
    ],
    ['it is no manifest', honest.slice(1), root.keyId, 'manifest-unreadable'],
  ] as const)('is not verified when %s', async (_what, lines, trust, code) => {
    expect((await verify(lines, trust)).fault).toEqual({ line: 1, code, receiverId: null, sequence: null });
  });

  it('is not verified when it is empty, or only a banner', async () => {
    expect((await verify([])).fault).toMatchObject({ code: 'manifest-missing' });
    expect((await verify(['> npm', ''])).fault).toMatchObject({ line: 3, code: 'manifest-missing' });
  });

  it('is not verified when any one byte of it is another', async () => {
    const file = Buffer.from(`${honest.join('\n')}\n`);
    await fc.assert(
      fc.asyncProperty(fc.nat(file.length - 2), fc.integer({ min: 1, max: 255 }), async (place, by) => {
        const changed = Buffer.from(file);
        changed[place] = (changed[place] ?? 0) ^ by;
        expect((await verifyExport(linesOfFile(inPieces(changed)), root.keyId)).verified).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});

async function* inPieces(bytes: Buffer) {
  for (let from = 0; from < bytes.length; from += 777) yield bytes.subarray(from, from + 777);
}

describe('lines of a file', () => {
  const linesOf = async (text: string, max?: number) => {
    const lines: string[] = [];
    for await (const line of linesOfFile(inPieces(Buffer.from(text)), max)) lines.push(line);
    return lines;
  };

  it('come whole, with either line end, and without an empty one at the end', async () => {
    const long = 'ố'.repeat(2000);
    expect(await linesOf(`a\r\n\n${long}\nb`)).toEqual(['a', '', long, 'b']);
    expect(await linesOf('a\n')).toEqual(['a']);
  });

  it('end where one is too long to be held', async () => {
    const lines = await linesOf(`a\n${'x'.repeat(10_000)}\nb\n`, 3000);
    expect(lines).toHaveLength(2);
    expect(lines[1]).toBe('x'.repeat(1000));
  });
});

describe('a receipt', () => {
  it('is wrong when its body, head or signature is another, and right without its body', () => {
    const [one, two] = near.chain as [Receipt, Receipt];
    expect(findReceiptFault(one, near.key.keyId)).toBeUndefined();
    expect(findReceiptFault({ ...one, body: null }, near.key.keyId)).toBeUndefined();
    expect(findReceiptFault({ ...one, body: two.body }, near.key.keyId)).toBe('receipt-signature-wrong');
    expect(findReceiptFault({ ...one, head: two.head }, near.key.keyId)).toBe('receipt-signature-wrong');
    expect(findReceiptFault({ ...one, signature: two.signature }, near.key.keyId)).toBe('receipt-signature-wrong');
    expect(findReceiptFault(one, far.key.keyId)).toBe('receipt-signature-wrong');
    expect(findReceiptFault({ ...one, body: { ...one.body, x: 0.5 } as never }, near.key.keyId)).toBe('receipt-signature-wrong');
  });
});

import { AnyLink, UpLink } from '#contract/agent-link.ts';
import { Receipt } from '#contract/receipt.ts';

export type ReadUpLink =
  | { kind: 'known'; up: UpLink; /** Receipts of the packet that are not receipts. */ invalidReceipts: unknown[] }
  /** From a newer agent: logged and ignored, so the wire only ever grows. */
  | { kind: 'unknown'; type: string }
  | { kind: 'malformed'; fault: string };

const KNOWN_TYPES: readonly string[] = UpLink.options.map((option) => option.shape.type.value);
const RECEIPTS_MAX = 200;

/** One receipt that can't be read must not keep those beside it from being taken: receivers would resend them for ever. */
export function readUpLink(text: string): ReadUpLink {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { kind: 'malformed', fault: 'not JSON' };
  }
  const any = AnyLink.safeParse(json);
  if (!any.success) return { kind: 'malformed', fault: 'no type' };
  if (!KNOWN_TYPES.includes(any.data.type)) return { kind: 'unknown', type: any.data.type };
  const parsed = UpLink.safeParse(json);
  if (parsed.success) return { kind: 'known', up: parsed.data, invalidReceipts: [] };
  const salvaged = any.data.type === 'receipts' ? salvageReceipts(any.data['receipts']) : undefined;
  return salvaged ?? { kind: 'malformed', fault: parsed.error.issues[0]?.message ?? 'not as in the contract' };
}

function salvageReceipts(documents: unknown): ReadUpLink | undefined {
  if (!Array.isArray(documents) || documents.length === 0 || documents.length > RECEIPTS_MAX) return undefined;
  const receipts: Receipt[] = [];
  const invalidReceipts: unknown[] = [];
  for (const document of documents) {
    const parsed = Receipt.safeParse(document);
    if (parsed.success) receipts.push(parsed.data);
    else invalidReceipts.push(document);
  }
  return { kind: 'known', up: { type: 'receipts', v: 1, receipts }, invalidReceipts };
}

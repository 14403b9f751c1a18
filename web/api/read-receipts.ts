import { ExportedReceipt, type Receipt } from '#contract/receipt.ts';
import { openFile } from './api-client.ts';

/** More than this is not read into a page; the file itself has no such limit. */
const CHARACTERS_MAX = 32 * 1024 * 1024;

/** What one receiver signed about one airing, out of the same export that auditors check; 'too-many' when it is too long to read here. */
export async function readReceipts(airingId: string, receiverId: string, signal?: AbortSignal): Promise<Receipt[] | 'too-many'> {
  const file = await openFile('exportReceipts', { params: { airingId } }, signal);
  const reader = file.pipeThrough(new TextDecoderStream()).getReader();
  const receipts: Receipt[] = [];
  let rest = '';
  let characters = 0;
  const take = (line: string) => {
    if (!line.includes(receiverId)) return;
    // The manifest names all receivers and is no receipt.
    const { data } = ExportedReceipt.safeParse(JSON.parse(line));
    if (data?.body && data.head.receiverId === receiverId) receipts.push({ ...data, body: data.body });
  };
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    characters += value.length;
    if (characters > CHARACTERS_MAX) {
      await reader.cancel();
      return 'too-many';
    }
    const lines = (rest + value).split('\n');
    rest = lines.pop() ?? '';
    lines.forEach(take);
  }
  if (rest !== '') take(rest);
  return receipts;
}

/** One line an event; `main.ts` writes them as JSON lines for the journal, tests keep them. */
export type Log = (event: string, fields?: Record<string, unknown>) => void;

export const silentLog: Log = () => undefined;

/** The words of whatever was thrown, with those of its causes. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message} (${wordsOf(error.cause)})`;
}

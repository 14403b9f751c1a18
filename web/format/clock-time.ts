/** What people type for a time of day – `5`, `5h`, `5h30`, `17:30`, `0500` – as `05:00`; undefined when it is none. */
export function parseClockTime(typed: string): string | undefined {
  const match = /^\s*(\d{1,2})\s*(?:(?:[:hg.]|giờ)?\s*(\d{2})?)?\s*$/iu.exec(typed);
  if (!match) return undefined;
  const [hour, minute] = [Number(match[1]), Number(match[2] ?? 0)];
  if (hour > 23 || minute > 59) return undefined;
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
}

/** 0:07, 1:05, 1:02:03 */
export function formatDuration(durationMs: number): string {
  const seconds = Math.max(0, Math.round(durationMs / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

export interface SpanUnits {
  seconds: string;
  minutes: string;
  hours: string;
  days: string;
}

/** How long something has lasted, in its largest whole unit: "3 giờ". */
export function formatSpan(durationMs: number, units: SpanUnits): string {
  const seconds = Math.max(0, Math.floor(durationMs / 1000));
  if (seconds < 60) return `${seconds} ${units.seconds}`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} ${units.minutes}`;
  if (seconds < 2 * 86_400) return `${Math.floor(seconds / 3600)} ${units.hours}`;
  return `${Math.floor(seconds / 86_400)} ${units.days}`;
}

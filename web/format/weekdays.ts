import { TIME_ZONE } from './instants.ts';

/** "Thứ Hai", "Monday": by the commune's day. */
export function formatWeekday(instant: string | number, language: string): string {
  return new Intl.DateTimeFormat(language, { weekday: 'long', timeZone: TIME_ZONE }).format(new Date(instant));
}

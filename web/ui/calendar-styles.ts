// Comes with the first calendar that is shown: its styles, and the names of Vietnamese months and days.
import '@mantine/dates/styles.layer.css';
import 'dayjs/locale/vi.js';

/** Weeks begin on Monday. No day is red: the library's red is too pale to read, and every day airs. */
export function calendarSettings(language: 'vi' | 'en') {
  return { locale: language, firstDayOfWeek: 1 as const, weekendDays: [] };
}

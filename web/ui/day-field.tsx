import { type MantineStyleProp } from '@mantine/core';
import { DatePickerInput, DatesProvider } from '@mantine/dates';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { useLanguage } from '../i18n/language.ts';
import { calendarSettings } from './calendar-styles.ts';

interface DayFieldProps {
  label: string;
  /** `2026-11-22`; empty while none is chosen. */
  value: string;
  onChange: (day: string) => void;
  firstDay?: string;
  style?: MantineStyleProp;
}

/** A day out of a calendar, written as on Vietnamese papers whatever the browser's language is. */
export function DayField({ label, value, onChange, firstDay, style }: DayFieldProps) {
  const { t } = useTranslation();
  const language = useLanguage();
  const id = useId();
  return (
    <DatesProvider settings={calendarSettings(language)}>
      <DatePickerInput
        label={label}
        // One id for both: the calendar is named by the field.
        id={id}
        popoverProps={{ id }}
        value={value === '' ? null : value}
        onChange={(day) => onChange(day ?? '')}
        valueFormat="DD/MM/YYYY"
        {...(firstDay === undefined ? {} : { minDate: firstDay })}
        // The calendar's own "today" is the browser's, which may be another day than the commune's.
        highlightToday={false}
        hideOutsideDates
        ariaLabels={{ nextMonth: t('ui.nextMonth'), previousMonth: t('ui.previousMonth') }}
        size="md"
        style={style}
      />
    </DatesProvider>
  );
}

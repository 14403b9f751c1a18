import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { parseClockTime } from '../format/clock-time.ts';
import { formatSpan } from '../format/durations.ts';
import { addDays, dayOf, formatDate, formatTime, instantAt } from '../format/instants.ts';
import { formatWeekday } from '../format/weekdays.ts';
import { useLanguage, useWords } from '../i18n/language.ts';
import { DayField } from '../ui/day-field.tsx';

/** As typed: what is not yet a day or a time stays as it is. */
export interface TypedStart {
  day: string;
  time: string;
}

interface StartFieldProps {
  value: TypedStart;
  onChange: (value: TypedStart) => void;
}

/** When communes air. */
const QUICK_TIMES = ['05:00', '17:00'] as const;
const DAYS_SHOWN = 2;

/** The instant of what was typed, by the commune's clock; undefined while it is none. */
export function startOf({ day, time }: TypedStart): string | undefined {
  const parsed = parseClockTime(time);
  return day === '' || parsed === undefined ? undefined : instantAt(day, parsed);
}

/** A day and a time of the commune, and in a sentence what they mean, so that a slip is seen. */
export function StartField({ value, onChange }: StartFieldProps) {
  const { t } = useTranslation();
  const today = dayOf(Date.now());
  const isTimeWrong = value.time.trim() !== '' && parseClockTime(value.time) === undefined;
  return (
    <Stack gap="sm">
      <QuickChoices value={value} onChange={onChange} />
      <Group gap="md" align="flex-start" grow preventGrowOverflow={false}>
        <DayField
          label={t('airings.day')}
          value={value.day}
          onChange={(day) => onChange({ ...value, day })}
          firstDay={today}
          style={{ flex: '1 1 160px' }}
        />
        <TextInput
          label={t('airings.time')}
          description={t('airings.timeHint')}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          value={value.time}
          onChange={(event) => onChange({ ...value, time: event.currentTarget.value })}
          onBlur={() => onChange({ ...value, time: parseClockTime(value.time) ?? value.time })}
          error={isTimeWrong && t('airings.timeWrong')}
          autoComplete="off"
          size="md"
          style={{ flex: '1 1 160px' }}
        />
      </Group>
      <StartSentence value={value} />
    </Stack>
  );
}

function QuickChoices({ value, onChange }: StartFieldProps) {
  const { t } = useTranslation();
  const { words } = useWords();
  const today = dayOf(Date.now());
  const names = [words.today, words.tomorrow];
  const choices = Array.from({ length: DAYS_SHOWN }, (_, days) => addDays(today, days))
    .flatMap((day, index) => QUICK_TIMES.map((time) => ({ day, time, name: names[index] })))
    .filter(({ day, time }) => Date.parse(instantAt(day, time)) > Date.now());
  return (
    <Group gap="xs" role="group" aria-label={t('airings.quick')}>
      {choices.map(({ day, time, name }) => {
        const isChosen = value.day === day && parseClockTime(value.time) === time;
        return (
          <Button
            key={`${day} ${time}`}
            variant={isChosen ? 'filled' : 'default'}
            aria-pressed={isChosen}
            onClick={() => onChange({ day, time })}
          >
            {t('airings.quickChoice', { time, day: name })}
          </Button>
        );
      })}
    </Group>
  );
}

function StartSentence({ value }: { value: TypedStart }) {
  const { t } = useTranslation();
  const { words } = useWords();
  const language = useLanguage();
  const start = startOf(value);
  if (start === undefined) return null;
  const aheadMs = Date.parse(start) - Date.now();
  const said = { time: formatTime(start), weekday: formatWeekday(start, language), date: formatDate(start) };
  return (
    <Text role="status" fw={600} {...(aheadMs < 0 ? { c: 'var(--tt-bad)' } : {})}>
      {aheadMs < 0
        ? t('airings.startPast', said)
        : t('airings.startSentence', { ...said, from: t('airings.fromNow', { span: formatSpan(aheadMs, words) }) })}
    </Text>
  );
}

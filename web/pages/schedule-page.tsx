import { Group, Stack, Text, Title } from '@mantine/core';
import { IconCalendarEvent, IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useRead } from '../api/queries.ts';
import { useHasRole } from '../api/session.ts';
import { AiringOfDay } from '../components/airing-of-day.tsx';
import { useChosenArea } from '../components/chosen-area.ts';
import { useNow } from '../components/use-now.ts';
import { addDays, dayOf, formatDate, startOfDay } from '../format/instants.ts';
import { formatWeekday } from '../format/weekdays.ts';
import { useLanguage } from '../i18n/language.ts';
import { paths } from '../paths.ts';
import { DayField } from '../ui/day-field.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { LinkButton } from '../ui/link-button.tsx';
import { Loaded, LoadingState } from '../ui/loading-state.tsx';
import { PageHeader } from '../ui/page-header.tsx';

/** Badges follow the clock; how deliveries stand is asked for this often, for the feed tells only of airings. */
const CLOCK_MS = 5_000;
const ASK_EVERY_MS = 10_000;
const DAY = /^\d{4}-\d\d-\d\d$/;

/** The airings of one day of the commune, and the way to the days beside it. */
export function SchedulePage() {
  const { t } = useTranslation();
  const { area, areaId } = useChosenArea();
  const { day: asked } = useSearch({ from: paths.schedule });
  const mayPlan = useHasRole('author', 'approver', 'duty-officer');
  const day = asked !== undefined && DAY.test(asked) && !Number.isNaN(Date.parse(asked)) ? asked : dayOf(Date.now());
  const reason = mayPlan ? undefined : t('airings.mayNotSchedule');
  if (areaId === undefined) return <LoadingState />;
  return (
    <>
      <PageHeader title={t('airings.scheduleTitle')} hint={area?.name}>
        <LinkButton to={paths.newAiring} search={day >= dayOf(Date.now()) ? { day } : {}} disabledReason={reason}>
          {t('airings.schedule')}
        </LinkButton>
      </PageHeader>
      <DayNavigation day={day} />
      <DayList areaId={areaId} day={day} reason={reason} />
    </>
  );
}

function DayNavigation({ day }: { day: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  return (
    <Group component="nav" aria-label={t('airings.dayNavigation')} gap="sm" align="flex-end" mb="md">
      <LinkButton
        to={paths.schedule}
        search={{ day: addDays(day, -1) }}
        variant="default"
        leftSection={<IconChevronLeft size={18} aria-hidden />}
      >
        {t('airings.previousDay')}
      </LinkButton>
      <LinkButton to={paths.schedule} search={{ day: dayOf(Date.now()) }} variant="default">
        {t('airings.today')}
      </LinkButton>
      <LinkButton
        to={paths.schedule}
        search={{ day: addDays(day, 1) }}
        variant="default"
        rightSection={<IconChevronRight size={18} aria-hidden />}
      >
        {t('airings.nextDay')}
      </LinkButton>
      <DayField
        label={t('airings.day')}
        value={day}
        onChange={(next) => next !== '' && void navigate({ to: paths.schedule, search: { day: next } })}
        style={{ minWidth: 140 }}
      />
    </Group>
  );
}

function DayList({ areaId, day, reason }: { areaId: string; day: string; reason: string | undefined }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const nowMs = useNow(CLOCK_MS);
  const from = startOfDay(day);
  const query = useRead('summariseDay', { query: { areaId, from, to: startOfDay(addDays(day, 1)) } }, { everyMs: ASK_EVERY_MS });
  const isPast = day < dayOf(nowMs);
  return (
    <Loaded query={query}>
      {({ airings }) => (
        <>
          <Title order={2} size="h4" mb="xs">
            {t('airings.dayHeading', { weekday: formatWeekday(from, language), date: formatDate(from) })}
            {airings.length > 0 && (
              <Text span c="dimmed" size="md" ml="xs">
                {t('airings.dayCount', { count: airings.length })}
              </Text>
            )}
          </Title>
          {airings.length === 0 ? (
            <EmptyState
              title={t('airings.dayEmpty')}
              hint={t(isPast ? 'airings.dayPastEmptyHint' : 'airings.dayEmptyHint')}
              icon={<IconCalendarEvent />}
            >
              {!isPast && (
                <LinkButton to={paths.newAiring} search={{ day }} variant="default" disabledReason={reason}>
                  {t('airings.schedule')}
                </LinkButton>
              )}
            </EmptyState>
          ) : (
            <Stack component="ul" gap={0} m={0} p={0} style={{ listStyle: 'none' }} aria-label={t('airings.airingsOfDay')}>
              {airings
                .toSorted((a, b) => a.airing.startsAt.localeCompare(b.airing.startsAt))
                .map((entry) => (
                  <AiringOfDay key={entry.airing.airingId} entry={entry} nowMs={nowMs} />
                ))}
            </Stack>
          )}
        </>
      )}
    </Loaded>
  );
}

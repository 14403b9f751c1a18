import { Group, Stack, Text } from '@mantine/core';
import { IconCalendarEvent } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { DayAiring } from '#contract/report.ts';
import { callApi } from '../api/api-client.ts';
import { useHasRole } from '../api/session.ts';
import { addDays, dayOf, formatTime } from '../format/instants.ts';
import { useWords } from '../i18n/language.ts';
import { paths } from '../paths.ts';
import { TextLink } from '../ui/text-link.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { LinkButton } from '../ui/link-button.tsx';
import { Loaded } from '../ui/loading-state.tsx';
import { StateBadge } from '../ui/state-badge.tsx';

const DAY_MS = 86_400_000;
/** Of one day; the sentence counts all. */
const SHOWN_MAX = 5;
const ASK_EVERY_MS = 60_000;

/** What will sound within 24 hours: first in words, a sentence a day, then one by one. */
export function NextDay({ areaId }: { areaId: string }) {
  const { t } = useTranslation();
  const mayBegin = useHasRole('author', 'approver', 'duty-officer');
  const query = useQuery({
    queryKey: ['summariseDay', { nextDay: areaId }],
    queryFn: async ({ signal }) => {
      const nowMs = Date.now();
      const [from, to] = [nowMs, nowMs + DAY_MS].map((atMs) => new Date(atMs).toISOString()) as [string, string];
      const { airings } = await callApi('summariseDay', { query: { areaId, from, to } }, signal);
      const coming = airings.filter(({ airing }) => airing.state === 'planned' && airing.startsAt >= from);
      return coming.toSorted((a, b) => a.airing.startsAt.localeCompare(b.airing.startsAt));
    },
    refetchInterval: ASK_EVERY_MS,
  });
  return (
    <Loaded query={query}>
      {(airings) =>
        airings.length === 0 ? (
          <EmptyState title={t('home.noAirings')} hint={t('home.noAiringsHint')} icon={<IconCalendarEvent />}>
            <LinkButton to={paths.newAiring} variant="default" disabledReason={mayBegin ? undefined : t('home.mayNotSchedule')}>
              {t('home.schedule')}
            </LinkButton>
          </EmptyState>
        ) : (
          <ComingAirings airings={airings} />
        )
      }
    </Loaded>
  );
}

function ComingAirings({ airings }: { airings: readonly DayAiring[] }) {
  const { t } = useTranslation();
  const today = dayOf(Date.now());
  const days = { today, tomorrow: addDays(today, 1) } as const;
  return (
    <Stack gap="md">
      {(['today', 'tomorrow'] as const).map((name) => (
        <ComingDay key={name} name={name} airings={airings.filter(({ airing }) => dayOf(airing.startsAt) === days[name])} />
      ))}
      <TextLink to={paths.schedule}>{t('home.seeSchedule')}</TextLink>
    </Stack>
  );
}

function ComingDay({ name, airings }: { name: 'today' | 'tomorrow'; airings: readonly DayAiring[] }) {
  if (airings.length === 0) return null;
  return (
    <div>
      <DaySentence name={name} airings={airings} />
      <Stack component="ul" gap={0} m={0} mt="xs" p={0} style={{ listStyle: 'none' }}>
        {airings.slice(0, SHOWN_MAX).map((entry) => (
          <ComingAiring key={entry.airing.airingId} entry={entry} />
        ))}
      </Stack>
    </div>
  );
}

/** "Hôm nay 3 lượt, sớm nhất 05:00 – Bản tin sáng, 10 ấp" */
function DaySentence({ name, airings }: { name: 'today' | 'tomorrow'; airings: readonly DayAiring[] }) {
  const { t } = useTranslation();
  const where = useReach();
  const first = airings[0];
  if (!first) return null;
  const day = t(`words.${name}`);
  const emergencies = airings.filter(({ airing }) => airing.class === 'emergency').length;
  const sentence = t('home.airingsOn', {
    day: day.charAt(0).toUpperCase() + day.slice(1),
    count: airings.length,
    time: formatTime(first.airing.startsAt),
    title: first.airing.bulletins[0]?.title || t('home.untitled'),
    where: where(first),
  });
  return (
    <Text size="lg" fw={600} lh={1.4}>
      {sentence}
      {emergencies > 0 && `, ${t('home.emergencyCount', { count: emergencies })}`}
    </Text>
  );
}

function ComingAiring({ entry }: { entry: DayAiring }) {
  const { t } = useTranslation();
  const { words } = useWords();
  const where = useReach();
  const { airing } = entry;
  const title = airing.bulletins.map((bulletin) => bulletin.title).join(' · ') || t('home.untitled');
  return (
    <Group
      component="li"
      gap="sm"
      wrap="nowrap"
      align="flex-start"
      py={8}
      style={{ borderTop: '1px solid var(--mantine-color-default-border)' }}
    >
      <Text fw={600} miw="3.2em">
        {formatTime(airing.startsAt)}
      </Text>
      <div style={{ flex: 1, minWidth: 0 }}>
        <TextLink to={paths.airing} params={{ airingId: airing.airingId }}>
          {title}
        </TextLink>
        <Text size="sm" c="dimmed">
          {where(entry)}
        </Text>
      </div>
      {airing.class !== 'normal' && (
        <StateBadge tone={airing.class === 'emergency' ? 'bad' : 'attention'} label={words.class[airing.class]} />
      )}
    </Group>
  );
}

function useReach(): (entry: DayAiring) => string {
  const { t } = useTranslation();
  return ({ hamlets, clusters }) => {
    if (hamlets > 0) return t('home.hamlets', { count: hamlets });
    return clusters > 0 ? t('home.clusters', { count: clusters }) : t('home.nowhere');
  };
}

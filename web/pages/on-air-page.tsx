import { Card, Divider, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { IconCalendarEvent, IconVolumeOff } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { Airing } from '#contract/airing.ts';
import type { DayAiring } from '#contract/report.ts';
import { callApi } from '../api/api-client.ts';
import { invalidate, useRead } from '../api/queries.ts';
import { AiringBadges } from '../components/airing-badges.tsx';
import { AiringSound } from '../components/airing-sound.tsx';
import { useChosenArea } from '../components/chosen-area.ts';
import { CoverageSummary } from '../components/coverage-summary.tsx';
import { InstantText } from '../components/instant-text.tsx';
import { useNow } from '../components/use-now.ts';
import { formatSpan } from '../format/durations.ts';
import { formatTime } from '../format/instants.ts';
import { useWords } from '../i18n/language.ts';
import { paths } from '../paths.ts';
import { EmptyState } from '../ui/empty-state.tsx';
import { Loaded, LoadingState } from '../ui/loading-state.tsx';
import { PageHeader } from '../ui/page-header.tsx';
import { SectionCard } from '../ui/section-card.tsx';
import { TextLink } from '../ui/text-link.tsx';

const HOUR_MS = 3_600_000;
/** The longest that one airing may last by default and still be found by its start, with what has just ended. */
const BACK_MS = 10 * HOUR_MS;
const RECENT_MS = 6 * HOUR_MS;
const AHEAD_MS = 24 * HOUR_MS;
/** Airings begin and end by the clock, without an event; what receivers tell comes by the feed. */
const ASK_EVERY_MS = 5_000;
const SHOWN_MAX = 8;

/** What sounds now in the branch, what comes next and what has just been; nobody needs to reload it. */
export function OnAirPage() {
  const { t } = useTranslation();
  const { area, areaId, isLoading } = useChosenArea();
  if (isLoading || !areaId) return <LoadingState />;
  return (
    <>
      <PageHeader title={t('coverage.onAirTitle')} hint={`${area?.name ?? ''}. ${t('coverage.onAirHint')}`} />
      <OnAirOf areaId={areaId} />
    </>
  );
}

function OnAirOf({ areaId }: { areaId: string }) {
  const { t } = useTranslation();
  const nowMs = useNow(1_000);
  const query = useQuery({
    queryKey: ['summariseDay', { around: areaId }],
    queryFn: async ({ signal }) => {
      const at = Date.now();
      const from = new Date(at - BACK_MS).toISOString();
      const to = new Date(at + AHEAD_MS).toISOString();
      return (await callApi('summariseDay', { query: { areaId, from, to } }, signal)).airings;
    },
    refetchInterval: ASK_EVERY_MS,
  });
  return (
    <Loaded query={query}>
      {(airings) => {
        const { now, next, recent } = splitByTime(airings, nowMs);
        return (
          <Stack gap="lg">
            <section aria-label={t('coverage.nowTitle')}>
              {now.length === 0 ? (
                <Card withBorder radius="lg">
                  <EmptyState title={t('coverage.nothingNow')} hint={t('coverage.nothingNowHint')} icon={<IconVolumeOff />} />
                </Card>
              ) : (
                <Stack gap="md">
                  {now.map(({ airing }) => (
                    <NowCard key={airing.airingId} airing={airing} nowMs={nowMs} />
                  ))}
                </Stack>
              )}
            </section>
            <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg" style={{ alignItems: 'start' }}>
              <SectionCard title={t('coverage.nextTitle')}>
                <NextAirings airings={next} nowMs={nowMs} />
              </SectionCard>
              <SectionCard title={t('coverage.recentTitle')}>
                <RecentAirings airings={recent} />
              </SectionCard>
            </SimpleGrid>
          </Stack>
        );
      }}
    </Loaded>
  );
}

/** One that is on air, by its own receipts: read apart, so that each report of a receiver moves it at once. */
function NowCard({ airing, nowMs }: { airing: Airing; nowMs: number }) {
  const { t } = useTranslation();
  const { words } = useWords();
  const query = useRead('readAiring', { params: { airingId: airing.airingId } }, { everyMs: ASK_EVERY_MS });
  const queryClient = useQueryClient();
  const title = useTitle()(airing);
  const isPlaying = (query.data?.coverage.byState.playing ?? 0) > 0;
  // The light in the header asks every ten seconds; it shall not deny meanwhile what stands here.
  useEffect(() => void invalidate(queryClient, 'summariseDay'), [queryClient, isPlaying]);
  const leftMs = Date.parse(airing.endsAt) - nowMs;
  const span = formatSpan(Math.abs(leftMs), words);
  return (
    <Card component="article" aria-label={t('coverage.airingOf', { title })} withBorder radius="lg" padding="lg">
      <Stack gap="md">
        <Group justify="space-between" align="flex-start">
          <div style={{ flex: '1 1 260px', minWidth: 0 }}>
            <Group gap="sm">
              <Title order={2} size="h3">
                {title}
              </Title>
              <AiringBadges airing={airing} />
            </Group>
            <Text>
              {airing.areaName} · {formatTime(airing.startsAt)} ·{' '}
              {t(leftMs >= 0 ? 'coverage.leftOf' : 'coverage.overdue', { span })}
            </Text>
          </div>
          <TextLink to={paths.airing} params={{ airingId: airing.airingId }} underline="always">
            {t('coverage.details')}
          </TextLink>
        </Group>
        <Loaded query={query}>
          {({ coverage }) => {
            const playing = coverage.byState.playing ?? 0;
            return (
              <>
                <Text fw={600} role="status">
                  {playing > 0
                    ? t('coverage.playingAt', { playing, receivers: coverage.receivers })
                    : (coverage.byState.played ?? 0) === 0 && t('coverage.dueNotConfirmed')}
                </Text>
                <CoverageSummary coverage={coverage} title={title} />
              </>
            );
          }}
        </Loaded>
        <Divider />
        {airing.bulletins.map((bulletin) => (
          <AiringSound key={bulletin.bulletinId} {...bulletin} />
        ))}
        <Text size="sm" c="dimmed">
          {t('frame.onAirSource')}
        </Text>
      </Stack>
    </Card>
  );
}

function NextAirings({ airings, nowMs }: { airings: readonly DayAiring[]; nowMs: number }) {
  const { t } = useTranslation();
  const { words } = useWords();
  const titleOf = useTitle();
  if (airings.length === 0)
    return (
      <EmptyState title={t('coverage.nothingNext')} hint={t('coverage.nothingNextHint')} icon={<IconCalendarEvent />}>
        <TextLink to={paths.schedule}>{t('coverage.seeSchedule')}</TextLink>
      </EmptyState>
    );
  return (
    <Stack component="ul" gap={0} m={0} p={0} style={{ listStyle: 'none' }}>
      {airings.slice(0, SHOWN_MAX).map(({ airing }) => (
        <AiringLine key={airing.airingId} airing={airing} title={titleOf(airing)}>
          <Text size="sm" c="dimmed">
            {airing.areaName} · {t('coverage.startsIn', { span: formatSpan(Date.parse(airing.startsAt) - nowMs, words) })}
          </Text>
        </AiringLine>
      ))}
    </Stack>
  );
}

function RecentAirings({ airings }: { airings: readonly DayAiring[] }) {
  const { t } = useTranslation();
  const titleOf = useTitle();
  if (airings.length === 0) return <Text c="dimmed">{t('coverage.nothingRecent')}</Text>;
  return (
    <Stack component="ul" gap={0} m={0} p={0} style={{ listStyle: 'none' }}>
      {airings.slice(0, SHOWN_MAX).map(({ airing, coverage }) => (
        <AiringLine key={airing.airingId} airing={airing} title={titleOf(airing)}>
          <CoverageSummary coverage={coverage} title={titleOf(airing)} isShort />
        </AiringLine>
      ))}
    </Stack>
  );
}

function AiringLine({ airing, title, children }: { airing: Airing; title: string; children: React.ReactNode }) {
  return (
    <Stack component="li" gap={4} py={10} style={{ borderTop: '1px solid var(--mantine-color-default-border)' }}>
      <Group gap="sm" align="baseline">
        <Text fw={600} style={{ fontVariantNumeric: 'tabular-nums' }}>
          <InstantText at={airing.startsAt} />
        </Text>
        <TextLink to={paths.airing} params={{ airingId: airing.airingId }} style={{ flex: '1 1 120px', minWidth: 0 }}>
          {title}
        </TextLink>
        <AiringBadges airing={airing} />
      </Group>
      {children}
    </Stack>
  );
}

function useTitle(): (airing: Airing) => string {
  const { t } = useTranslation();
  return (airing) => airing.bulletins.map(({ title }) => title).join(' · ') || t('coverage.untitled');
}

function splitByTime(airings: readonly DayAiring[], nowMs: number): Record<'now' | 'next' | 'recent', DayAiring[]> {
  const split: Record<'now' | 'next' | 'recent', DayAiring[]> = { now: [], next: [], recent: [] };
  for (const entry of airings) {
    const { airing, coverage } = entry;
    const startsMs = Date.parse(airing.startsAt);
    const endsMs = Date.parse(airing.endsAt);
    if ((coverage.byState.playing ?? 0) > 0) split.now.push(entry);
    else if (airing.state === 'cancelled') continue;
    else if (nowMs < startsMs) split.next.push(entry);
    else if (nowMs < endsMs && airing.state === 'planned') split.now.push(entry);
    else if (nowMs - endsMs < RECENT_MS) split.recent.push(entry);
  }
  split.now.sort((a, b) => Number(b.airing.class === 'emergency') - Number(a.airing.class === 'emergency'));
  split.next.sort((a, b) => a.airing.startsAt.localeCompare(b.airing.startsAt));
  split.recent.sort((a, b) => b.airing.endsAt.localeCompare(a.airing.endsAt));
  return split;
}

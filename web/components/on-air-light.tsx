import { Popover, VisuallyHidden } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import type { DayAiring } from '#contract/report.ts';
import { callApi } from '../api/api-client.ts';
import { useFeedState } from '../api/live-feed.ts';
import { LoadingState } from '../ui/loading-state.tsx';
import classes from './app-frame.module.css';

const OnAirPanel = lazy(() => import('./on-air-panel.tsx').then((module) => ({ default: module.OnAirPanel })));
/** The longest that one airing may last by default, so that one under way is found by its start. */
const LONGEST_MS = 4 * 3_600_000;
/** Airings begin and end by the clock, without an event. */
const ASK_EVERY_MS = 10_000;

type LightState = 'unknown' | 'off' | 'due' | 'on' | 'emergency';

/** What sounds now in an area and below, by what receivers reported; what is only due says so. */
export function useOnAir(areaId: string) {
  return useQuery({
    queryKey: ['summariseDay', { onAir: areaId }],
    queryFn: async ({ signal }) => {
      const nowMs = Date.now();
      const from = new Date(nowMs - LONGEST_MS).toISOString();
      const to = new Date(nowMs + 1_000).toISOString();
      const { airings } = await callApi('summariseDay', { query: { areaId, from, to } }, signal);
      return airings.filter((entry) => isNow(entry, nowMs)).toSorted(byUrgency);
    },
    refetchInterval: ASK_EVERY_MS,
  });
}

export function OnAirLight({ areaId }: { areaId: string }) {
  const { t } = useTranslation();
  const { data, isError } = useOnAir(areaId);
  const feed = useFeedState();
  const isKnown = data !== undefined && !isError && feed !== 'lost';
  const first = isKnown ? data[0] : undefined;
  const state = isKnown ? stateOf(first) : 'unknown';
  const counts = { playing: first?.coverage.byState.playing ?? 0, receivers: first?.coverage.receivers ?? 0 };
  const label = {
    unknown: t('frame.onAirUnknown'),
    off: t('frame.nothingOnAir'),
    due: t('frame.dueOnAir'),
    on: t('frame.nowOnAir', counts),
    emergency: t('frame.emergencyOnAir', counts),
  }[state];
  return (
    <Popover position="bottom-end" width={340} shadow="md" trapFocus>
      <Popover.Target>
        <button type="button" className={classes['light']} data-state={state}>
          <span className={classes['lamp']} aria-hidden />
          <span className={classes['lightText']}>{label}</span>
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('frame.onAirTitle')}>
        <VisuallyHidden>{label}</VisuallyHidden>
        <Suspense fallback={<LoadingState />}>
          <OnAirPanel airings={isKnown ? data : undefined} label={label} />
        </Suspense>
      </Popover.Dropdown>
    </Popover>
  );
}

function isNow({ airing, coverage }: DayAiring, nowMs: number): boolean {
  if ((coverage.byState.playing ?? 0) > 0) return true;
  return airing.state === 'planned' && Date.parse(airing.startsAt) <= nowMs && nowMs < Date.parse(airing.endsAt);
}

function byUrgency(a: DayAiring, b: DayAiring): number {
  const weight = ({ airing, coverage }: DayAiring) =>
    (airing.class === 'emergency' ? 4 : airing.class === 'priority' ? 2 : 0) + ((coverage.byState.playing ?? 0) > 0 ? 1 : 0);
  return weight(b) - weight(a);
}

function stateOf(first: DayAiring | undefined): LightState {
  if (!first) return 'off';
  if (first.airing.class === 'emergency') return 'emergency';
  return (first.coverage.byState.playing ?? 0) > 0 ? 'on' : 'due';
}

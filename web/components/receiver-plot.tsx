import { Group, Select, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { VitalsSample } from '#contract/receiver.ts';
import { useQuery } from '@tanstack/react-query';
import { callApi } from '../api/api-client.ts';
import { formatDate, formatTime } from '../format/instants.ts';
import { formatBytes, formatNumber } from '../format/sizes.ts';
import { type Language } from '../i18n/catalogue.ts';
import { useLanguage, useWords } from '../i18n/language.ts';
import { type ChartPoint, LineChart } from '../ui/line-chart.tsx';
import { Loaded } from '../ui/loading-state.tsx';

const DAY_MS = 86_400_000;
const RANGES = { day: DAY_MS, week: 7 * DAY_MS, month: 35 * DAY_MS };
type Range = keyof typeof RANGES;
/** One sample each ten minutes: two and a half of them without any is a gap. */
const GAP_MS = 25 * 60_000;
const ASK_EVERY_MS = 5 * 60_000;
/** A new receiver's first sample is near. */
const ASK_FIRST_EVERY_MS = 5_000;

const MEASURES = ['temperature', 'stock', 'disk', 'memory', 'clockOffset', 'roundTrip'] as const;
type Measure = (typeof MEASURES)[number];
const VALUES: Record<Measure, (sample: VitalsSample) => number | null> = {
  temperature: ({ temperatureMilliCelsius }) => temperatureMilliCelsius,
  stock: ({ stockHours }) => stockHours,
  disk: ({ diskFreeBytes }) => diskFreeBytes,
  memory: ({ memoryFreeBytes }) => memoryFreeBytes,
  clockOffset: ({ clockOffsetMs }) => clockOffsetMs,
  roundTrip: ({ linkRoundTripMs }) => linkRoundTripMs,
};

/** One of the receiver's measures over a day, a week or all that is kept. */
export function ReceiverPlot({ receiverId }: { receiverId: string }) {
  const { t } = useTranslation();
  const { receivers } = useWords();
  const [chosenMeasure, setMeasure] = useState<Measure | null>(null);
  const [range, setRange] = useState<Range>('day');
  const query = useQuery({
    queryKey: ['listVitals', { receiverId, range }],
    queryFn: ({ signal }) => {
      const from = new Date(Date.now() - RANGES[range]).toISOString();
      return callApi('listVitals', { params: { receiverId }, query: { from } }, signal);
    },
    refetchInterval: ({ state }) => (state.data?.entries.length === 0 ? ASK_FIRST_EVERY_MS : ASK_EVERY_MS),
  });
  // Till somebody chooses: what this hardware can measure at all.
  const measure = chosenMeasure ?? firstMeasured(query.data?.entries ?? []);
  return (
    <Stack gap="sm">
      <Group>
        <Select
          label={t('receivers.plotOf')}
          data={MEASURES.map((value) => ({ value, label: receivers.vitals[value] }))}
          value={measure}
          onChange={(chosen) => setMeasure(MEASURES.find((one) => one === chosen) ?? null)}
          allowDeselect={false}
        />
        <Select
          label={t('receivers.plotRange')}
          data={(['day', 'week', 'month'] as const).map((value) => ({ value, label: receivers.range[value] }))}
          value={range}
          onChange={(chosen) => setRange(chosen === 'week' || chosen === 'month' ? chosen : 'day')}
          allowDeselect={false}
        />
      </Group>
      <Loaded query={query}>
        {({ entries }) => <Plot samples={entries} toMs={query.dataUpdatedAt} measure={measure} range={range} />}
      </Loaded>
      <Text size="sm" c="dimmed">
        {t('receivers.plotGap')}
      </Text>
    </Stack>
  );
}

function firstMeasured(samples: readonly VitalsSample[]): Measure {
  return MEASURES.find((measure) => samples.some((sample) => VALUES[measure](sample) !== null)) ?? 'temperature';
}

interface PlotProps {
  samples: readonly VitalsSample[];
  toMs: number;
  measure: Measure;
  range: Range;
}

function Plot({ samples, toMs, measure, range }: PlotProps) {
  const { t } = useTranslation();
  const { receivers } = useWords();
  const say = useValueText(measure);
  const fromMs = toMs - RANGES[range];
  const points: ChartPoint[] = samples
    .map((sample) => ({ atMs: Date.parse(sample.at), value: VALUES[measure](sample) }))
    .filter(({ atMs }) => atMs >= fromMs && atMs <= toMs);
  const values = points.flatMap(({ value }) => (value === null ? [] : [value]));
  const name = receivers.vitals[measure];
  const last = values.at(-1);
  if (last === undefined) return <Text>{t('receivers.plotEmpty', { name: name.toLowerCase() })}</Text>;
  const label = t('receivers.plotLabel', {
    name,
    count: values.length,
    min: say(Math.min(...values)),
    max: say(Math.max(...values)),
    last: say(last),
  });
  return (
    <>
      <LineChart
        label={label}
        points={points}
        fromMs={fromMs}
        toMs={toMs}
        gapMs={GAP_MS}
        formatValue={say}
        formatAt={range === 'day' ? formatTime : (atMs) => formatDate(atMs).slice(0, 5)}
      />
      <Text size="sm" aria-hidden>
        {label}
      </Text>
    </>
  );
}

function useValueText(measure: Measure): (value: number) => string {
  const { t } = useTranslation();
  const language: Language = useLanguage();
  return (value) => {
    switch (measure) {
      case 'temperature':
        return t('receivers.celsius', { value: formatNumber(value / 1000, language, 1) });
      case 'stock':
        return t('receivers.stockHours', { hours: formatNumber(value, language) });
      case 'disk':
      case 'memory':
        return formatBytes(value, language);
      default:
        return t('receivers.milliseconds', { value: formatNumber(value, language) });
    }
  };
}

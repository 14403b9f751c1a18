import { Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { DayAiring } from '#contract/report.ts';
import { type AiringOutlook, outlookOf } from '../format/airing-outlook.ts';
import { formatTime, formatTimeWithSeconds } from '../format/instants.ts';
import { paths } from '../paths.ts';
import { StateBadge, type Tone } from '../ui/state-badge.tsx';
import { TextLink } from '../ui/text-link.tsx';
import { AiringBadges } from './airing-badges.tsx';
import { CancelAiring, MoveAiring } from './change-airing.tsx';

const TONES: Record<AiringOutlook, Tone> = {
  cancelled: 'neutral',
  coming: 'neutral',
  due: 'unknown',
  'on-air': 'active',
  unknown: 'unknown',
  rendered: 'good',
  incomplete: 'bad',
  nowhere: 'attention',
};

/** One line of the schedule: when, what, where, how it stands, and what can be done about it. */
export function AiringOfDay({ entry, nowMs }: { entry: DayAiring; nowMs: number }) {
  const { t } = useTranslation();
  const { airing, coverage } = entry;
  const title = airing.bulletins.map((bulletin) => bulletin.title).join(' · ') || t('airings.untitled');
  const where = usePlaces(entry);
  const outlook = outlookOf(airing, coverage, nowMs);
  const isOver = airing.state !== 'planned';
  return (
    <Group
      component="li"
      gap="md"
      align="flex-start"
      py="md"
      style={{ borderTop: '1px solid var(--mantine-color-default-border)' }}
    >
      <Stack gap={0} w={82} style={{ fontVariantNumeric: 'tabular-nums', whiteSpace: 'nowrap' }}>
        <Text fw={600} size="lg" lh={1.3} {...(airing.state === 'cancelled' ? { td: 'line-through' } : {})}>
          {formatTime(airing.startsAt)}
        </Text>
        <Text size="sm" c="dimmed">
          – {formatTimeWithSeconds(airing.endsAt)}
        </Text>
      </Stack>
      <Stack gap={4} style={{ flex: '1 1 220px', minWidth: 0 }}>
        <Group gap="xs">
          <TextLink to={paths.airing} params={{ airingId: airing.airingId }} fw={600}>
            {title}
          </TextLink>
          <AiringBadges airing={airing} />
        </Group>
        <Text size="sm" c="dimmed">
          {[
            where,
            ...(airing.repeats > 1 ? [t('airings.repeatsOf', { count: airing.repeats })] : []),
            t('airings.plannedBy', { name: airing.createdByName }),
          ].join(' · ')}
        </Text>
        <Group gap="xs">
          <StateBadge tone={TONES[outlook]} label={t(`airings.outlook.${outlook}`)} />
          <CoverageLine entry={entry} outlook={outlook} />
        </Group>
      </Stack>
      {!isOver && (
        <Group gap="xs" align="flex-start">
          <MoveAiring airing={airing} title={title} nowMs={nowMs} />
          <CancelAiring airing={airing} title={title} where={where} />
        </Group>
      )}
    </Group>
  );
}

/** "3 ấp, 3 cụm loa" */
function usePlaces({ hamlets, clusters }: DayAiring): string {
  const { t } = useTranslation();
  const clustersText = t('airings.clusters', { count: clusters });
  return hamlets > 0 ? `${t('airings.hamlets', { count: hamlets })}, ${clustersText}` : clustersText;
}

function CoverageLine({ entry: { coverage }, outlook }: { entry: DayAiring; outlook: AiringOutlook }) {
  const { t } = useTranslation();
  const { receivers, rendered, heard, byState } = coverage;
  if (outlook === 'cancelled' || receivers === 0) return null;
  const said =
    outlook === 'coming'
      ? t('airings.readyLine', { ready: byState.ready ?? 0, receivers })
      : t('airings.coverageLine', { rendered, receivers, heard, unknown: byState.unknown ?? 0 });
  return <Text size="sm">{said}</Text>;
}

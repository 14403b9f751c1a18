import { Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Vitals } from '#contract/agent-link.ts';
import type { Receiver } from '#contract/receiver.ts';
import { formatSpan } from '../format/durations.ts';
import { formatInstant } from '../format/instants.ts';
import { formatBytes, formatNumber } from '../format/sizes.ts';
import { useLanguage, useWords } from '../i18n/language.ts';
import { FactGrid } from '../ui/fact-grid.tsx';
import { StateBadge } from '../ui/state-badge.tsx';

/** What the receiver measured last. What it could not measure says so: an absent value is never shown as zero. */
export function ReceiverVitals({ receiver: { vitals, vitalsAt, presence } }: { receiver: Receiver }) {
  const { t } = useTranslation();
  if (vitals === null || vitalsAt === null) return <Text c="dimmed">{t('receivers.noVitals')}</Text>;
  return (
    <Stack>
      {presence !== 'online' && <StateBadge tone="attention" label={t('receivers.vitalsOld')} />}
      <VitalsFacts vitals={vitals} />
      <Text size="sm" c="dimmed">
        {t('receivers.vitalsAt', { at: formatInstant(vitalsAt) })}
      </Text>
    </Stack>
  );
}

function VitalsFacts({ vitals }: { vitals: Vitals }) {
  const { t } = useTranslation();
  const { words, coverage, receivers } = useWords();
  const language = useLanguage();
  const bytes = (value: number) => formatBytes(value, language);
  const measured = <T,>(value: T | null, say: (value: T) => React.ReactNode) => (value === null ? <Absent /> : say(value));
  const milliseconds = (value: number) => t('receivers.milliseconds', { value: formatNumber(value, language) });
  const names = receivers.vitals;
  return (
    <FactGrid
      facts={[
        {
          name: names.player,
          value:
            vitals.player === 'failed' ? (
              <StateBadge tone="bad" label={receivers.player.failed} />
            ) : (
              receivers.player[vitals.player]
            ),
        },
        { name: names.volume, value: measured(vitals.volumePercent, (value) => t('receivers.percent', { value })) },
        {
          name: names.muted,
          value: measured(vitals.isMuted, (isMuted) =>
            isMuted ? <StateBadge tone="bad" label={t('receivers.yes')} /> : t('receivers.no'),
          ),
        },
        { name: names.stock, value: measured(vitals.stockHours, (hours) => t('receivers.stockHours', { hours })) },
        {
          name: names.temperature,
          value: measured(vitals.temperatureMilliCelsius, (value) =>
            t('receivers.celsius', { value: formatNumber(value / 1000, language, 1) }),
          ),
        },
        {
          name: names.clockTrust,
          value:
            vitals.clockTrust === 'untrusted' ? (
              <StateBadge tone="bad" label={coverage.trust.untrusted} />
            ) : (
              coverage.trust[vitals.clockTrust]
            ),
        },
        { name: names.clockOffset, value: measured(vitals.clockOffsetMs, milliseconds) },
        { name: names.roundTrip, value: measured(vitals.linkRoundTripMs, milliseconds) },
        {
          name: names.disk,
          value: measured(vitals.diskFreeBytes, (free) =>
            vitals.diskTotalBytes === null
              ? bytes(free)
              : t('receivers.diskOf', { free: bytes(free), total: bytes(vitals.diskTotalBytes) }),
          ),
        },
        { name: names.memory, value: measured(vitals.memoryFreeBytes, bytes) },
        { name: names.receiptsWaiting, value: formatNumber(vitals.receiptsWaiting, language) },
        { name: names.playerRestarts, value: t('receivers.times', { count: vitals.playerRestarts }) },
        { name: names.uptime, value: formatSpan(vitals.uptimeMs, words) },
        { name: names.agentVersion, value: vitals.agentVersion },
      ]}
    />
  );
}

function Absent() {
  const { t } = useTranslation();
  return (
    <Text span inherit fw={400} c="dimmed">
      {t('receivers.notMeasured')}
    </Text>
  );
}

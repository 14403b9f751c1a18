import { Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Coverage } from '#contract/airing.ts';
import type { DeliveryState } from '#contract/primitives.ts';
import { useWords } from '../i18n/language.ts';
import { StateBadge, type Tone } from '../ui/state-badge.tsx';
import classes from './coverage-summary.module.css';
import { DELIVERY_TONES } from './delivery-state-badge.tsx';

/** What is proven first, what nobody knows last. */
const ORDER: readonly DeliveryState[] = [
  'played',
  'playing',
  'ready',
  'planned',
  'displaced',
  'interrupted',
  'partial',
  'missed',
  'failed',
  'refused',
  'cancelled',
  'unknown',
];

interface Segment {
  key: string;
  tone: Tone;
  label: string;
  count: number;
}

interface CoverageSummaryProps {
  coverage: Coverage;
  /** Of the airing, for those who hear the page. */
  title: string;
  /** Without the sentences on what each kind of proof means. */
  isShort?: boolean;
}

/** How many receivers are in which state, and apart from it what is proven: rendered, heard, and what can't be confirmed at all. */
export function CoverageSummary({ coverage, title, isShort = false }: CoverageSummaryProps) {
  const { t } = useTranslation();
  const segments = useSegments(coverage);
  if (coverage.receivers === 0)
    return (
      <Text c="dimmed">
        {t('coverage.noDeliveries')}. {t('coverage.noDeliveriesHint')}
      </Text>
    );
  const counts = segments.map(({ label, count }) => t('coverage.stateCount', { state: label, count })).join(', ');
  return (
    <Stack gap="sm">
      <div className={classes['bar']} role="img" aria-label={t('coverage.coverageOf', { title, counts })}>
        {segments.map(({ key, tone, count }) => (
          <div
            key={key}
            className={`${classes['segment']} ${classes[tone] ?? ''}`}
            style={{ flexGrow: count, flexBasis: 0, '--tone': `var(--tt-${tone})` } as React.CSSProperties}
          />
        ))}
      </div>
      <Group gap={6}>
        {segments.map(({ key, tone, label, count }) => (
          <StateBadge key={key} tone={tone} label={t('coverage.stateCount', { state: label, count })} />
        ))}
      </Group>
      <Proof coverage={coverage} isShort={isShort} />
    </Stack>
  );
}

function Proof({ coverage, isShort }: { coverage: Coverage; isShort: boolean }) {
  const { t } = useTranslation();
  const { receivers, rendered, heard, notConfirmable } = coverage;
  const confirmable = receivers - notConfirmable;
  return (
    <dl className={classes['proof']}>
      <ProofFact
        name={t('coverage.rendered')}
        value={t('coverage.ofConfirmable', { count: rendered, receivers: confirmable })}
        hint={isShort ? undefined : t('coverage.renderedHint')}
      />
      <ProofFact
        name={t('coverage.heard')}
        value={t('coverage.ofConfirmable', { count: heard, receivers: confirmable })}
        hint={isShort ? undefined : t('coverage.heardHint')}
      />
      {notConfirmable > 0 && (
        <ProofFact
          name={t('coverage.notConfirmable')}
          value={t('coverage.ofReceivers', { count: notConfirmable, receivers })}
          hint={isShort ? undefined : t('coverage.notConfirmableHint')}
        />
      )}
    </dl>
  );
}

function ProofFact({ name, value, hint }: { name: string; value: string; hint: string | undefined }) {
  return (
    <div>
      <Text component="dt" size="sm" fw={600}>
        {name}
      </Text>
      <Text component="dd" size={hint === undefined ? 'sm' : 'lg'} fw={600} style={{ fontVariantNumeric: 'tabular-nums' }}>
        {value}
      </Text>
      {hint !== undefined && (
        <Text component="dd" size="sm" c="dimmed">
          {hint}
        </Text>
      )}
    </div>
  );
}

/** Of those that played, how many are gateways: nothing is known of the loudspeakers behind them. */
export function countBehindGateways({
  byState,
  rendered,
  notConfirmable,
}: Pick<Coverage, 'byState' | 'rendered' | 'notConfirmable'>): number {
  return Math.min(Math.max(0, (byState.played ?? 0) - rendered), notConfirmable);
}

/** Gateways are taken out of what is green. */
function useSegments({ byState, rendered, notConfirmable }: Coverage): Segment[] {
  const { t } = useTranslation();
  const { words } = useWords();
  const played = byState.played ?? 0;
  const behindGateways = countBehindGateways({ byState, rendered, notConfirmable });
  const segments: Segment[] = ORDER.map((state) => ({
    key: state,
    tone: DELIVERY_TONES[state],
    label: words.deliveryState[state],
    count: state === 'played' ? played - behindGateways : (byState[state] ?? 0),
  }));
  segments.push({ key: 'gateways', tone: 'unknown', label: t('coverage.playedUnconfirmable'), count: behindGateways });
  return segments.filter(({ count }) => count > 0);
}

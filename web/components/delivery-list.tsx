import { Button, Group, Select, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Airing, Coverage } from '#contract/airing.ts';
import { DeliveryState } from '#contract/primitives.ts';
import { formatDuration } from '../format/durations.ts';
import { useWords } from '../i18n/language.ts';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { Loaded } from '../ui/loading-state.tsx';
import { type PlacedDelivery, usePlacedDeliveries } from './airing-deliveries.ts';
import { countBehindGateways } from './coverage-summary.tsx';
import { DeliveryDetails } from './delivery-details.tsx';
import { DeliveryEvidence, DeliveryStanding } from './delivery-proof.tsx';
import { InstantText } from './instant-text.tsx';

const PAGES_AT_FIRST = 3;

/** Receiver by receiver what became of an airing, by area; each opens to its soundings and receipts. */
export function DeliveryList({ airing, coverage }: { airing: Airing; coverage: Coverage }) {
  const { t } = useTranslation();
  const [pages, setPages] = useState(PAGES_AT_FIRST);
  const [state, setState] = useState<ShownState | null>(null);
  const [openedId, setOpened] = useState<string | null>(null);
  const { query, deliveries, hasMore } = usePlacedDeliveries(airing.airingId, airing.areaId, pages);
  const columns = useColumns(setOpened);
  const shown = state === null ? deliveries : deliveries.filter((delivery) => shownStateOf(delivery) === state);
  const opened = deliveries.find((delivery) => delivery.deliveryId === openedId);
  return (
    <Stack gap="sm">
      <StateFilter coverage={coverage} value={state} onChange={setState} />
      <Loaded query={query}>
        {() => (
          <DataTable
            caption={t('coverage.deliveriesCaption', { area: airing.areaName })}
            columns={columns}
            rows={shown}
            rowKey={(delivery) => delivery.deliveryId}
            groupOf={(delivery) => delivery.areaName ?? t('coverage.otherArea')}
            empty={<Text c="dimmed">{t(state === null ? 'coverage.noDeliveries' : 'coverage.noneInState')}</Text>}
          />
        )}
      </Loaded>
      {hasMore && (
        <Group>
          <Text size="sm">{t('coverage.shownOf', { shown: deliveries.length, all: coverage.receivers })}</Text>
          <Button variant="default" loading={query.isFetching} onClick={() => setPages(pages + PAGES_AT_FIRST)}>
            {t('coverage.showMore')}
          </Button>
        </Group>
      )}
      <DeliveryDetails delivery={opened} airing={airing} onClose={() => setOpened(null)} />
    </Stack>
  );
}

/** What a gateway played is no loudspeaker's `played`. */
const BEHIND_GATEWAY = 'behind-gateway';
type ShownState = DeliveryState | typeof BEHIND_GATEWAY;

function shownStateOf({ state, kind }: PlacedDelivery): ShownState {
  return state === 'played' && kind === 'gateway' ? BEHIND_GATEWAY : state;
}

interface StateFilterProps {
  coverage: Coverage;
  value: ShownState | null;
  onChange: (state: ShownState | null) => void;
}

function StateFilter({ coverage, value, onChange }: StateFilterProps) {
  const { t } = useTranslation();
  const { words } = useWords();
  const behind = countBehindGateways(coverage);
  const counted = DeliveryState.options.map((state) => ({
    value: state as ShownState,
    name: words.deliveryState[state],
    count: (coverage.byState[state] ?? 0) - (state === 'played' ? behind : 0),
  }));
  counted.push({ value: BEHIND_GATEWAY, name: t('coverage.playedUnconfirmable'), count: behind });
  const data = counted
    .filter((one) => one.count > 0 || one.value === value)
    .map((one) => ({ value: one.value, label: `${one.name} (${one.count})` }));
  return (
    <Select
      label={t('coverage.filterState')}
      data={[{ value: 'all', label: t('coverage.allCount', { count: coverage.receivers }) }, ...data]}
      value={value ?? 'all'}
      onChange={(chosen) => onChange(counted.find((one) => one.value === chosen)?.value ?? null)}
      allowDeselect={false}
      maw={280}
    />
  );
}

function useColumns(open: (deliveryId: string) => void): Column<PlacedDelivery>[] {
  const { t } = useTranslation();
  const { words } = useWords();
  const nameOf = ({ clusterName }: PlacedDelivery) => clusterName ?? t('coverage.unknownCluster');
  return [
    {
      key: 'place',
      header: t('coverage.place'),
      cell: (delivery) => (
        <>
          {nameOf(delivery)}
          {delivery.kind === 'gateway' && (
            <Text size="sm" c="dimmed">
              {words.receiverKind.gateway}
            </Text>
          )}
        </>
      ),
    },
    { key: 'state', header: t('coverage.state'), cell: (delivery) => <DeliveryStanding delivery={delivery} /> },
    { key: 'since', header: t('coverage.since'), cell: ({ stateSince }) => <InstantText at={stateSince} /> },
    {
      key: 'rendered',
      header: t('coverage.rendered'),
      cell: (delivery) => <DeliveryEvidence delivery={delivery} level="rendered" />,
    },
    { key: 'heard', header: t('coverage.heard'), cell: (delivery) => <DeliveryEvidence delivery={delivery} level="heard" /> },
    {
      key: 'played',
      header: t('coverage.playedOf'),
      isNumber: true,
      cell: ({ playedMs, expectedMs }) =>
        t('coverage.playedOfValue', { played: formatDuration(playedMs), expected: formatDuration(expectedMs) }),
    },
    {
      key: 'details',
      header: t('coverage.details'),
      cell: (delivery) => (
        <Button
          variant="default"
          size="compact-sm"
          mih={32}
          aria-label={t('coverage.detailsOf', { place: nameOf(delivery) })}
          onClick={() => open(delivery.deliveryId)}
        >
          {t('coverage.details')}
        </Button>
      ),
    },
  ];
}

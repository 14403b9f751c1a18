import { Button, Modal, Stack, Text, Title } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Airing, Sounding } from '#contract/airing.ts';
import { formatDuration } from '../format/durations.ts';
import { formatTimeWithSeconds } from '../format/instants.ts';
import { useWords } from '../i18n/language.ts';
import { paths } from '../paths.ts';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { FactList } from '../ui/fact-list.tsx';
import { LoadingState } from '../ui/loading-state.tsx';
import { StateBadge, type Tone } from '../ui/state-badge.tsx';
import { TextLink } from '../ui/text-link.tsx';
import type { PlacedDelivery } from './airing-deliveries.ts';
import { DeliveryEvidence, DeliveryStanding } from './delivery-proof.tsx';

const ReceiptList = lazy(() => import('./receipt-list.tsx').then((module) => ({ default: module.ReceiptList })));

const SOUNDING_TONES: Record<Sounding['state'], Tone> = {
  playing: 'active',
  rendered: 'good',
  partial: 'attention',
  failed: 'bad',
};

interface DeliveryDetailsProps {
  /** Undefined: closed. */
  delivery: PlacedDelivery | undefined;
  airing: Airing;
  onClose: () => void;
}

/** One delivery down to its soundings and to the very receipts. */
export function DeliveryDetails({ delivery, airing, onClose }: DeliveryDetailsProps) {
  const { t } = useTranslation();
  const place = delivery?.clusterName ?? t('coverage.unknownCluster');
  return (
    <Modal
      opened={delivery !== undefined}
      onClose={onClose}
      title={t('coverage.detailsOf', { place })}
      size="xl"
      closeButtonProps={{ 'aria-label': t('ui.close') }}
    >
      {delivery && <DetailsOf delivery={delivery} airing={airing} />}
    </Modal>
  );
}

function DetailsOf({ delivery, airing }: { delivery: PlacedDelivery; airing: Airing }) {
  const { t } = useTranslation();
  const [isReading, setReading] = useState(false);
  const { playedMs, expectedMs } = delivery;
  const instants = (['startedAt', 'interruptedAt', 'resumedAt', 'endedAt'] as const).flatMap((key) => {
    const at = delivery[key];
    return at === null ? [] : [{ name: t(`coverage.${key}`), value: formatTimeWithSeconds(at) }];
  });
  return (
    <Stack>
      <DeliveryStanding delivery={delivery} />
      <FactList
        facts={[
          { name: t('coverage.rendered'), value: <DeliveryEvidence delivery={delivery} level="rendered" /> },
          { name: t('coverage.heard'), value: <DeliveryEvidence delivery={delivery} level="heard" /> },
          {
            name: t('coverage.playedOf'),
            value: t('coverage.playedOfValue', { played: formatDuration(playedMs), expected: formatDuration(expectedMs) }),
          },
          ...instants,
        ]}
      />
      <TextLink to={paths.receiver} params={{ receiverId: delivery.receiverId }} underline="always">
        {t('coverage.openReceiver')}
      </TextLink>
      <Title order={3} size="h5">
        {t('coverage.soundings')}
      </Title>
      <SoundingTable soundings={delivery.soundings} isGateway={delivery.kind === 'gateway'} airing={airing} />
      <Title order={3} size="h5">
        {t('coverage.receipts')}
      </Title>
      <Text size="sm" c="dimmed">
        {t('coverage.receiptsHint')}
      </Text>
      {isReading ? (
        <Suspense fallback={<LoadingState />}>
          <ReceiptList airingId={airing.airingId} receiverId={delivery.receiverId} />
        </Suspense>
      ) : (
        <Button variant="default" style={{ alignSelf: 'flex-start' }} onClick={() => setReading(true)}>
          {t('coverage.showReceipts')}
        </Button>
      )}
    </Stack>
  );
}

interface SoundingTableProps {
  soundings: readonly Sounding[];
  isGateway: boolean;
  airing: Airing;
}

function SoundingTable({ soundings, isGateway, airing }: SoundingTableProps) {
  const { t } = useTranslation();
  const { coverage } = useWords();
  const columns: Column<Sounding>[] = [
    {
      key: 'number',
      header: t('coverage.bulletins'),
      cell: ({ repeat, item }) => (
        <>
          {t('coverage.soundingNumber', { repeat: repeat + 1, item: item + 1 })}
          <Text size="sm">{airing.bulletins[item]?.title}</Text>
        </>
      ),
    },
    {
      key: 'state',
      header: t('coverage.state'),
      cell: ({ state }) =>
        isGateway && state === 'rendered' ? (
          <StateBadge tone="unknown" label={t('coverage.playedUnconfirmable')} />
        ) : (
          <StateBadge tone={SOUNDING_TONES[state]} label={coverage.soundingState[state]} />
        ),
    },
    {
      key: 'started',
      header: t('coverage.startedAt'),
      cell: ({ startedAt }) => (startedAt === null ? t('coverage.noEvidence') : formatTimeWithSeconds(startedAt)),
    },
    {
      key: 'played',
      header: t('coverage.playedOf'),
      isNumber: true,
      cell: ({ state, playedMs, expectedMs }) =>
        state === 'playing' && expectedMs === 0
          ? coverage.soundingState.playing
          : t('coverage.playedOfValue', { played: formatDuration(playedMs), expected: formatDuration(expectedMs) }),
    },
  ];
  return (
    <DataTable
      caption={t('coverage.soundings')}
      columns={columns}
      rows={soundings.toSorted((a, b) => a.repeat - b.repeat || a.item - b.item)}
      rowKey={({ repeat, item, startedAt }) => `${repeat} ${item} ${startedAt}`}
      empty={<Text c="dimmed">{t('coverage.noSoundings')}</Text>}
    />
  );
}

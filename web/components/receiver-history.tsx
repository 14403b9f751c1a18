import { Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Installation, PresenceEntry, Receiver } from '#contract/receiver.ts';
import type { ReceiverDelivery } from '#contract/report.ts';
import { useRead } from '../api/queries.ts';
import { formatDuration } from '../format/durations.ts';
import { formatInstant } from '../format/instants.ts';
import { useWords } from '../i18n/language.ts';
import { paths } from '../paths.ts';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { Loaded } from '../ui/loading-state.tsx';
import { StateBadge } from '../ui/state-badge.tsx';
import { TextLink } from '../ui/text-link.tsx';
import { DeliveryEvidence, DeliveryStanding } from './delivery-proof.tsx';
import { InstantText } from './instant-text.tsx';
import { PRESENCE_TONES } from './presence-badge.tsx';
import { useReasonSentence } from './reason-sentence.ts';

const PRESENCE_SHOWN = 10;
const DELIVERIES_SHOWN = 20;
const DELIVERIES_MAX = 200;

/** What was to sound at this receiver, newest first, and what became of it. */
export function ReceiverDeliveries({ receiver }: { receiver: Receiver }) {
  const { t } = useTranslation();
  const [limit, setLimit] = useState(DELIVERIES_SHOWN);
  const { receiverId, kind } = receiver;
  const query = useRead('listReceiverDeliveries', { params: { receiverId }, query: { limit } });
  const columns: Column<ReceiverDelivery>[] = [
    {
      key: 'airing',
      header: t('receivers.airing'),
      cell: ({ airing }) => (
        <>
          <TextLink to={paths.airing} params={{ airingId: airing.airingId }}>
            {airing.titles.join(' · ') || t('coverage.untitled')}
          </TextLink>
          <Text size="sm" c="dimmed">
            <InstantText at={airing.startsAt} />
          </Text>
        </>
      ),
    },
    {
      key: 'state',
      header: t('coverage.state'),
      cell: ({ delivery }) => <DeliveryStanding delivery={{ ...delivery, kind }} />,
    },
    { key: 'since', header: t('coverage.since'), cell: ({ delivery }) => <InstantText at={delivery.stateSince} /> },
    {
      key: 'rendered',
      header: t('coverage.rendered'),
      cell: ({ delivery }) => <DeliveryEvidence delivery={{ ...delivery, kind }} level="rendered" />,
    },
    {
      key: 'heard',
      header: t('coverage.heard'),
      cell: ({ delivery }) => <DeliveryEvidence delivery={{ ...delivery, kind }} level="heard" />,
    },
    {
      key: 'played',
      header: t('coverage.playedOf'),
      isNumber: true,
      cell: ({ delivery: { playedMs, expectedMs } }) =>
        t('coverage.playedOfValue', { played: formatDuration(playedMs), expected: formatDuration(expectedMs) }),
    },
  ];
  return (
    <Loaded query={query}>
      {({ entries, next }) => (
        <>
          <DataTable
            caption={t('receivers.deliveriesTitle')}
            columns={columns}
            rows={entries}
            rowKey={({ delivery }) => delivery.deliveryId}
            empty={<Text c="dimmed">{t('receivers.noDeliveries')}</Text>}
          />
          {next !== null && limit < DELIVERIES_MAX && <ShowMore onClick={() => setLimit(DELIVERIES_MAX)} />}
        </>
      )}
    </Loaded>
  );
}

/** When it came and went, and why. */
export function ReceiverPresence({ receiverId }: { receiverId: string }) {
  const { t } = useTranslation();
  const { words } = useWords();
  const sentenceOf = useReasonSentence();
  const [isWhole, setWhole] = useState(false);
  const query = useRead('listPresence', { params: { receiverId } });
  const columns: Column<PresenceEntry>[] = [
    { key: 'at', header: t('receivers.at'), cell: ({ at }) => <InstantText at={at} /> },
    {
      key: 'presence',
      header: t('receivers.presence'),
      cell: ({ presence }) => <StateBadge tone={PRESENCE_TONES[presence]} label={words.presence[presence]} />,
    },
    { key: 'reason', header: t('receivers.reason'), cell: ({ reason }) => reason !== null && sentenceOf(reason) },
  ];
  return (
    <Loaded query={query}>
      {({ entries }) => (
        <>
          <DataTable
            caption={t('receivers.presenceCaption')}
            columns={columns}
            rows={isWhole ? entries : entries.slice(0, PRESENCE_SHOWN)}
            rowKey={({ at, presence }) => `${at} ${presence}`}
            empty={<Text c="dimmed">{t('receivers.noPresence')}</Text>}
          />
          {!isWhole && entries.length > PRESENCE_SHOWN && <ShowMore onClick={() => setWhole(true)} />}
        </>
      )}
    </Loaded>
  );
}

interface InstallationTableProps {
  installations: readonly Installation[];
  nameOf: (clusterId: string) => string | undefined;
}

export function InstallationTable({ installations, nameOf }: InstallationTableProps) {
  const { t } = useTranslation();
  const columns: Column<Installation>[] = [
    {
      key: 'place',
      header: t('receivers.place'),
      cell: ({ clusterId }) => nameOf(clusterId) ?? t('coverage.unknownCluster'),
    },
    { key: 'from', header: t('receivers.installedAt'), cell: ({ installedAt }) => formatInstant(installedAt) },
    {
      key: 'to',
      header: t('receivers.removedAt'),
      cell: ({ removedAt }) => (removedAt === null ? t('receivers.stillThere') : formatInstant(removedAt)),
    },
  ];
  return (
    <DataTable
      caption={t('receivers.installationsCaption')}
      columns={columns}
      rows={installations.toSorted((a, b) => b.installedAt.localeCompare(a.installedAt))}
      rowKey={({ clusterId, installedAt }) => `${clusterId} ${installedAt}`}
    />
  );
}

function ShowMore({ onClick }: { onClick: () => void }) {
  const { t } = useTranslation();
  return (
    <Group mt="sm">
      <Button variant="default" onClick={onClick}>
        {t('receivers.showMore')}
      </Button>
    </Group>
  );
}

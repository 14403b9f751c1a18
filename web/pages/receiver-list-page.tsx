import { Group, Stack, Text } from '@mantine/core';
import { IconAntennaBars5 } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Area, Cluster } from '#contract/area.ts';
import { useRead } from '../api/queries.ts';
import { useHasRole } from '../api/session.ts';
import { useChosenArea } from '../components/chosen-area.ts';
import { InstantText } from '../components/instant-text.tsx';
import { PresenceStanding } from '../components/presence-badge.tsx';
import { EnrolButton, EnrolDialog } from '../components/receiver-enrolment.tsx';
import { ReceiverFilterBar } from '../components/receiver-filter-bar.tsx';
import { filterReceivers, type PlacedReceiver, placeReceivers, type ReceiverFilters } from '../components/receiver-filters.ts';
import { ReceiverStanding } from '../components/receiver-state-badge.tsx';
import { branchOf } from '../format/area-tree.ts';
import { useWords } from '../i18n/language.ts';
import { paths } from '../paths.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { Loaded, LoadingState } from '../ui/loading-state.tsx';
import { PageHeader } from '../ui/page-header.tsx';
import { SectionCard } from '../ui/section-card.tsx';
import { TextLink } from '../ui/text-link.tsx';

/** What changes by the clock alone: a receiver from which nothing comes any more. */
const ASK_EVERY_MS = 15_000;

export function ReceiverListPage() {
  const { area, areaId, areas, isLoading } = useChosenArea();
  if (isLoading || !area || !areaId) return <LoadingState />;
  const branch = branchOf(areas, areaId);
  return <ReceiversOf key={areaId} area={area} areas={areas.filter((one) => branch.has(one.areaId))} />;
}

function ReceiversOf({ area, areas }: { area: Area; areas: readonly Area[] }) {
  const { t } = useTranslation();
  const { areaId } = area;
  const [filters, change] = useFilters();
  const query = useRead('listReceivers', { query: { areaId } }, { everyMs: ASK_EVERY_MS });
  const { data: clusters } = useRead('listClusters', { query: { areaId } }, { everyMs: ASK_EVERY_MS });
  const known = clusters?.entries ?? [];
  const free = known.filter((cluster) => cluster.receiverId === null);
  const clusterName = known.find((cluster) => cluster.clusterId === filters.cluster)?.name;
  return (
    <>
      <PageHeader title={t('receivers.listTitle')} hint={area.name}>
        <EnrolButton
          label={t('receivers.enrol')}
          clusters={free}
          areaId={areaId}
          disabledReason={free.length === 0 ? t('receivers.noFreeCluster') : undefined}
          isMain
        />
      </PageHeader>
      <Loaded query={query}>
        {({ entries }) => {
          const placed = placeReceivers(entries, known, areas);
          if (placed.length === 0)
            return (
              <EmptyState title={t('receivers.none')} hint={t('receivers.noneHint')} icon={<IconAntennaBars5 />}>
                <TextLink to={paths.areas} underline="always">
                  {t('receivers.openAreas')}
                </TextLink>
              </EmptyState>
            );
          return (
            <>
              <CountsLine receivers={placed} />
              <ReceiverFilterBar filters={filters} areas={areas} areaId={areaId} clusterName={clusterName} onChange={change} />
              <ReceiverTable receivers={filterReceivers(placed, filters, areas)} area={area} />
            </>
          );
        }}
      </Loaded>
      <FreeClusters clusters={free} areaId={areaId} />
    </>
  );
}

function CountsLine({ receivers }: { receivers: readonly PlacedReceiver[] }) {
  const { t } = useTranslation();
  const count = (presence: PlacedReceiver['presence']) => receivers.filter((receiver) => receiver.presence === presence).length;
  return (
    <Text size="lg" fw={600} mb="md" role="status">
      {t('receivers.counts', {
        count: receivers.length,
        online: count('online'),
        offline: count('offline'),
        unknown: count('unknown'),
      })}
    </Text>
  );
}

function ReceiverTable({ receivers, area }: { receivers: readonly PlacedReceiver[]; area: Area }) {
  const { t } = useTranslation();
  const { words } = useWords();
  const columns: Column<PlacedReceiver>[] = [
    {
      key: 'place',
      header: t('receivers.place'),
      cell: ({ receiverId, clusterName, areaName }) => (
        <>
          <TextLink to={paths.receiver} params={{ receiverId }}>
            {clusterName ?? t('receivers.noCluster')}
          </TextLink>
          <Text size="sm" c="dimmed">
            {areaName}
          </Text>
        </>
      ),
    },
    { key: 'presence', header: t('receivers.presence'), cell: (receiver) => <PresenceStanding receiver={receiver} /> },
    { key: 'kind', header: t('receivers.kind'), cell: ({ kind }) => words.receiverKind[kind] },
    { key: 'state', header: t('receivers.state'), cell: (receiver) => <ReceiverStanding receiver={receiver} /> },
    {
      key: 'stock',
      header: t('receivers.stock'),
      cell: ({ vitals }) => {
        const hours = vitals?.stockHours ?? null;
        return hours === null ? t('receivers.notMeasured') : t('receivers.stockHours', { hours });
      },
    },
    {
      key: 'seen',
      header: t('receivers.lastSeen'),
      cell: ({ lastSeenAt }) => (lastSeenAt === null ? t('receivers.neverSeen') : <InstantText at={lastSeenAt} />),
    },
  ];
  return (
    <DataTable
      caption={t('receivers.caption', { area: area.name })}
      columns={columns}
      rows={receivers}
      rowKey={(receiver) => receiver.receiverId}
      empty={<EmptyState title={t('receivers.noneFound')} hint={t('receivers.noneFoundHint')} />}
    />
  );
}

interface FreeClustersProps {
  clusters: readonly Cluster[];
  areaId: string;
}

function FreeClusters({ clusters, areaId }: FreeClustersProps) {
  const { t } = useTranslation();
  const mayManage = useHasRole('technician', 'administrator');
  // Kept apart from the list: the cluster leaves it in the moment in which somebody enrols there.
  const [opened, setOpened] = useState<Cluster | null>(null);
  const [isOpen, setOpen] = useState(false);
  const open = (cluster: Cluster) => {
    setOpened(cluster);
    setOpen(true);
  };
  return (
    <>
      {opened && (
        <EnrolDialog
          key={opened.clusterId}
          title={t('receivers.enrolAt', { cluster: opened.name })}
          clusters={[opened]}
          areaId={areaId}
          isOpen={isOpen}
          onClose={() => setOpen(false)}
        />
      )}
      {clusters.length > 0 && (
        <Stack mt="xl">
          <SectionCard title={t('receivers.freeTitle')} hint={t('receivers.freeHint')}>
            <Stack component="ul" gap={0} m={0} p={0} style={{ listStyle: 'none' }}>
              {clusters.map((cluster) => (
                <Group
                  key={cluster.clusterId}
                  component="li"
                  justify="space-between"
                  py={8}
                  style={{ borderTop: '1px solid var(--mantine-color-default-border)' }}
                >
                  <Text fw={500}>{cluster.name}</Text>
                  <ActionButton
                    variant="default"
                    aria-label={t('receivers.enrolAt', { cluster: cluster.name })}
                    disabledReason={mayManage ? undefined : t('receivers.mayNotManage')}
                    onClick={() => open(cluster)}
                  >
                    {t('receivers.enrolHere')}
                  </ActionButton>
                </Group>
              ))}
            </Stack>
          </SectionCard>
        </Stack>
      )}
    </>
  );
}

/** In the address, so that what was found can be sent to a colleague. */
function useFilters(): [ReceiverFilters, (change: ReceiverFilters) => void] {
  const { presence, state, kind, cluster, within, find } = useSearch({ from: paths.receivers });
  const navigate = useNavigate();
  const change = (asked: ReceiverFilters) =>
    void navigate({ to: paths.receivers, search: (search) => ({ ...search, ...asked }), replace: true });
  return [{ presence, state, kind, cluster, within, find }, change];
}

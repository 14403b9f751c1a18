import { Group, NumberInput, Text, TextInput, Title } from '@mantine/core';
import { IconPlus, IconSpeakerphone } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Area, Cluster } from '#contract/area.ts';
import type { Receiver } from '#contract/receiver.ts';
import { useRead, useWrite } from '../api/queries.ts';
import { useWords } from '../i18n/language.ts';
import { paths } from '../paths.ts';
import { DataTable } from '../ui/data-table.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { Loaded } from '../ui/loading-state.tsx';
import { sayDone } from '../ui/notify.tsx';
import { StateBadge, type Tone } from '../ui/state-badge.tsx';
import { TextLink } from '../ui/text-link.tsx';
import { useHoldsIn } from './area-rights.ts';
import { AreaTreeSelect } from './area-tree-select.tsx';

const PRESENCE_TONES: Record<Receiver['presence'], Tone> = { online: 'good', offline: 'bad', unknown: 'unknown' };

interface ClusterSectionProps {
  area: Area;
  areas: readonly Area[];
}

/** Clusters of an area and below, who is installed there, and what can be done about them. */
export function ClusterSection({ area, areas }: ClusterSectionProps) {
  const { t } = useTranslation();
  const query = useRead('listClusters', { query: { areaId: area.areaId } });
  const hasBelow = areas.some((other) => other.parentId === area.areaId);
  const mayChange = useHoldsIn(areas)(area.areaId, 'technician', 'administrator');
  const blocked = mayChange ? undefined : t('administration.onlyTechnician');
  return (
    <section aria-label={t('administration.clusters', { name: area.name })}>
      <Group justify="space-between" align="flex-start" mb="sm">
        <div>
          <Title order={3} size="h5">
            {t('administration.clusters', { name: area.name })}
          </Title>
          {hasBelow && (
            <Text size="sm" c="dimmed">
              {t('administration.clustersBelow')}
            </Text>
          )}
        </div>
        <AddCluster area={area} blocked={blocked} />
      </Group>
      <Loaded query={query}>
        {({ entries }) => <ClusterTable clusters={entries} area={area} areas={areas} blocked={blocked} />}
      </Loaded>
    </section>
  );
}

interface ClusterTableProps extends ClusterSectionProps {
  clusters: readonly Cluster[];
  blocked: string | undefined;
}

function ClusterTable({ clusters, area, areas, blocked }: ClusterTableProps) {
  const { t } = useTranslation();
  const nameOf = new Map(areas.map(({ areaId, name }) => [areaId, name]));
  const rank = (cluster: Cluster) => nameOf.get(cluster.areaId) ?? '';
  const rows = clusters.toSorted(
    (a, b) => rank(a).localeCompare(rank(b), 'vi', { numeric: true }) || a.name.localeCompare(b.name, 'vi', { numeric: true }),
  );
  return (
    <DataTable
      caption={t('administration.clusters', { name: area.name })}
      rows={rows}
      rowKey={(cluster) => cluster.clusterId}
      empty={
        <EmptyState
          title={t('administration.noClusters')}
          hint={t('administration.noClustersHint')}
          icon={<IconSpeakerphone />}
        />
      }
      columns={[
        { key: 'name', header: t('administration.cluster'), cell: (cluster) => <PlacedName cluster={cluster} /> },
        { key: 'area', header: t('frame.area'), cell: rank },
        {
          key: 'receiver',
          header: t('administration.installed'),
          cell: (cluster) => <Installed cluster={cluster} areaId={area.areaId} />,
        },
        {
          key: 'actions',
          header: t('administration.actions'),
          cell: (cluster) => <ChangeCluster cluster={cluster} areas={areas} blocked={blocked} />,
        },
      ]}
    />
  );
}

function PlacedName({ cluster: { name, latitude, longitude } }: { cluster: Cluster }) {
  return (
    <div>
      {name}
      {latitude !== null && longitude !== null && (
        <Text size="sm" c="dimmed" fw={400} style={{ fontVariantNumeric: 'tabular-nums' }}>
          {latitude}, {longitude}
        </Text>
      )}
    </div>
  );
}

function Installed({ cluster, areaId }: { cluster: Cluster; areaId: string }) {
  const { t } = useTranslation();
  const { words } = useWords();
  const { data } = useRead('listReceivers', { query: { areaId } });
  if (cluster.receiverId === null)
    return (
      <TextLink to={paths.receivers} search={{ cluster: cluster.clusterId }}>
        {t('administration.nobodyInstalled')}
      </TextLink>
    );
  const receiver = data?.entries.find(({ receiverId }) => receiverId === cluster.receiverId);
  const presence = receiver?.presence ?? 'unknown';
  return (
    <TextLink
      to={paths.receiver}
      params={{ receiverId: cluster.receiverId }}
      aria-label={`${t('administration.installedOpen', { name: cluster.name })}: ${words.presence[presence]}`}
    >
      <StateBadge tone={PRESENCE_TONES[presence]} label={words.presence[presence]} />
    </TextLink>
  );
}

function AddCluster({ area, blocked }: { area: Area; blocked: string | undefined }) {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const [latitude, setLatitude] = useState<number | string>('');
  const [longitude, setLongitude] = useState<number | string>('');
  const create = useWrite('createCluster', { invalidates: ['listClusters', 'listNotices'] });
  const place = placeOf(latitude, longitude);
  const reset = () => {
    setName('');
    setLatitude('');
    setLongitude('');
  };
  const submit = async () => {
    const made = await create.mutateAsync({ body: { areaId: area.areaId, name: name.trim(), ...place } });
    sayDone(t('administration.clusterAdded', { name: made.name }));
  };
  const missing = () => {
    if (name.trim() === '') return t('administration.nameMissing');
    return place === undefined ? t('administration.coordinatesWrong') : undefined;
  };
  return (
    <FormDialog
      label={t('administration.addCluster')}
      title={t('administration.addClusterTo', { name: area.name })}
      submitLabel={t('administration.add')}
      leftSection={<IconPlus size={18} aria-hidden />}
      disabledReason={blocked}
      missing={missing()}
      onOpen={reset}
      onSubmit={submit}
    >
      <TextInput
        label={t('administration.clusterName')}
        description={t('administration.clusterNameHint')}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        maxLength={120}
        data-autofocus
      />
      <NumberInput
        label={t('administration.latitude')}
        description={t('administration.latitudeHint')}
        value={latitude}
        onChange={setLatitude}
        decimalScale={6}
        allowedDecimalSeparators={['.', ',']}
        hideControls
      />
      <NumberInput
        label={t('administration.longitude')}
        description={t('administration.longitudeHint')}
        value={longitude}
        onChange={setLongitude}
        decimalScale={6}
        allowedDecimalSeparators={['.', ',']}
        hideControls
      />
    </FormDialog>
  );
}

/** Both or none; undefined when it is neither. */
function placeOf(latitude: number | string, longitude: number | string) {
  if (latitude === '' && longitude === '') return { latitude: null, longitude: null };
  const isWithin = (value: number | string, max: number) => value !== '' && Math.abs(Number(value)) <= max;
  if (!isWithin(latitude, 90) || !isWithin(longitude, 180)) return undefined;
  return { latitude: Number(latitude), longitude: Number(longitude) };
}

function ChangeCluster({ cluster, areas, blocked }: { cluster: Cluster; areas: readonly Area[]; blocked: string | undefined }) {
  const { t } = useTranslation();
  const holdsIn = useHoldsIn(areas);
  const [name, setName] = useState(cluster.name);
  const [areaId, setAreaId] = useState(cluster.areaId);
  const change = useWrite('changeCluster', { invalidates: ['listClusters', 'listReceivers', 'listNotices'] });
  const mine = areas.filter((area) => holdsIn(area.areaId, 'technician', 'administrator'));
  const submit = async () => {
    const body = {
      ...(name.trim() === cluster.name ? {} : { name: name.trim() }),
      ...(areaId === cluster.areaId ? {} : { areaId }),
    };
    await change.mutateAsync({ params: { clusterId: cluster.clusterId }, body });
    sayDone(t('administration.clusterSaved', { name: name.trim() }));
  };
  return (
    <FormDialog
      label={t('administration.change')}
      title={t('administration.changeCluster', { name: cluster.name })}
      submitLabel={t('administration.save')}
      size="compact-md"
      disabledReason={blocked}
      missing={name.trim() === '' ? t('administration.nameMissing') : undefined}
      onOpen={() => {
        setName(cluster.name);
        setAreaId(cluster.areaId);
      }}
      onSubmit={submit}
    >
      <TextInput
        label={t('administration.clusterName')}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        maxLength={120}
        data-autofocus
      />
      <AreaTreeSelect
        label={t('administration.newParent')}
        description={t('administration.moveClusterHint')}
        areas={mine}
        value={areaId}
        onChange={setAreaId}
      />
    </FormDialog>
  );
}

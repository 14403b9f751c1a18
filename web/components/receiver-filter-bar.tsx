import { Button, Group, Select, SimpleGrid, Text, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Area } from '#contract/area.ts';
import { ReceiverKind } from '#contract/enrolment.ts';
import { ReceiverState } from '#contract/receiver.ts';
import { useWords } from '../i18n/language.ts';
import { AreaTreeSelect } from './area-tree-select.tsx';
import { type ReceiverFilters, SILENT } from './receiver-filters.ts';

const ALL = 'all';

interface ReceiverFilterBarProps {
  filters: ReceiverFilters;
  /** Those of the chosen branch. */
  areas: readonly Area[];
  areaId: string;
  clusterName: string | undefined;
  onChange: (change: ReceiverFilters) => void;
}

export function ReceiverFilterBar({ filters, areas, areaId, clusterName, onChange }: ReceiverFilterBarProps) {
  const { t } = useTranslation();
  const { words } = useWords();
  const isFiltered = Object.values(filters).some((value) => value !== undefined);
  const named = <K extends string>(names: readonly K[], labels: Record<K, string>) =>
    names.map((name) => ({ value: name, label: labels[name] }));
  const pick = (key: keyof ReceiverFilters) => (value: string | null) =>
    onChange({ [key]: value === null || value === ALL ? undefined : value });
  return (
    <>
      <SimpleGrid cols={{ base: 2, md: 5 }} spacing="sm" mb="sm">
        <TextInput
          label={t('receivers.find')}
          type="search"
          placeholder={t('receivers.findHint')}
          value={filters.find ?? ''}
          onChange={(event) => onChange({ find: event.currentTarget.value || undefined })}
        />
        <Select
          label={t('receivers.presence')}
          data={[
            { value: ALL, label: t('receivers.presenceAll') },
            { value: SILENT, label: t('receivers.silentOnly') },
            ...named(['online', 'offline', 'unknown'], words.presence),
          ]}
          value={filters.presence ?? ALL}
          onChange={pick('presence')}
          allowDeselect={false}
        />
        <AreaTreeSelect
          label={t('receivers.area')}
          areas={areas}
          value={filters.within ?? areaId}
          onChange={(chosen) => onChange({ within: chosen === areaId ? undefined : chosen })}
        />
        <Select
          label={t('receivers.kind')}
          data={[{ value: ALL, label: t('receivers.kindAll') }, ...named(ReceiverKind.options, words.receiverKind)]}
          value={filters.kind ?? ALL}
          onChange={pick('kind')}
          allowDeselect={false}
        />
        <Select
          label={t('receivers.state')}
          data={[{ value: ALL, label: t('receivers.stateAll') }, ...named(ReceiverState.options, words.receiverState)]}
          value={filters.state ?? ALL}
          onChange={pick('state')}
          allowDeselect={false}
        />
      </SimpleGrid>
      {isFiltered && (
        <Group mb="sm" gap="sm">
          {clusterName !== undefined && <Text>{t('receivers.ofCluster', { cluster: clusterName })}</Text>}
          <Button
            variant="subtle"
            onClick={() =>
              onChange({
                find: undefined,
                presence: undefined,
                within: undefined,
                kind: undefined,
                state: undefined,
                cluster: undefined,
              })
            }
          >
            {t('receivers.clearFilters')}
          </Button>
        </Group>
      )}
    </>
  );
}

import { Card, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconPlus, IconVocabulary } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Area, DictionaryEntry } from '#contract/area.ts';
import { useRead, useWrite } from '../api/queries.ts';
import { AdministrationTabs } from '../components/administration-tabs.tsx';
import { useHoldsIn } from '../components/area-rights.ts';
import { useChosenArea } from '../components/chosen-area.ts';
import { SpokenTrial } from '../components/spoken-trial.tsx';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { DataTable } from '../ui/data-table.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { Loaded, LoadingState } from '../ui/loading-state.tsx';
import { sayDone } from '../ui/notify.tsx';
import { PageHeader } from '../ui/page-header.tsx';
import { StateBadge } from '../ui/state-badge.tsx';

/** How an area wants words said: its own entries, and those that hold here because of an area above. */
export function DictionaryPage() {
  const { t } = useTranslation();
  const { area } = useChosenArea();
  const { data } = useRead('listAreas');
  const areas = data?.entries ?? [];
  const mayWrite = useHoldsIn(areas)(area?.areaId ?? '', 'author', 'administrator');
  if (!area) return <LoadingState />;
  const blocked = mayWrite ? undefined : t('administration.mayNotWrite');
  return (
    <>
      <AdministrationTabs />
      <PageHeader title={t('administration.dictionaryTitle')} hint={t('administration.dictionaryHint', { name: area.name })}>
        <AddWord area={area} blocked={blocked} />
      </PageHeader>
      <Stack gap="lg">
        <Card withBorder radius="lg" padding="lg">
          <SpokenTrial key={area.areaId} area={area} areas={areas} blocked={blocked} />
        </Card>
        <Card withBorder radius="lg" padding="lg">
          <Title order={2} size="h4" mb="sm">
            {t('administration.words')}
          </Title>
          <WordTable area={area} areas={areas} blocked={blocked} />
        </Card>
      </Stack>
    </>
  );
}

interface WordTableProps {
  area: Area;
  areas: readonly Area[];
  blocked: string | undefined;
}

function WordTable({ area, areas, blocked }: WordTableProps) {
  const { t } = useTranslation();
  const query = useRead('listDictionary', { params: { areaId: area.areaId } });
  const nameOf = (areaId: string) => areas.find((other) => other.areaId === areaId)?.name ?? t('administration.nameless');
  const isOwn = (entry: DictionaryEntry) => entry.areaId === area.areaId;
  return (
    <Loaded query={query}>
      {({ entries }) => (
        <DataTable
          caption={t('administration.words')}
          rows={entries.toSorted((a, b) => Number(isOwn(b)) - Number(isOwn(a)) || a.written.localeCompare(b.written, 'vi'))}
          rowKey={(entry) => entry.entryId}
          empty={
            <EmptyState title={t('administration.noWords')} hint={t('administration.noWordsHint')} icon={<IconVocabulary />} />
          }
          columns={[
            { key: 'written', header: t('administration.written'), cell: (entry) => <Text fw={600}>{entry.written}</Text> },
            { key: 'spoken', header: t('administration.spoken'), cell: (entry) => entry.spoken },
            {
              key: 'from',
              header: t('administration.wordFrom'),
              cell: (entry) =>
                isOwn(entry) ? (
                  t('administration.ownWord')
                ) : (
                  <StateBadge tone="neutral" label={t('administration.inheritedFrom', { name: nameOf(entry.areaId) })} />
                ),
            },
            {
              key: 'actions',
              header: t('administration.actions'),
              cell: (entry) => (
                <RemoveWord
                  entry={entry}
                  areaName={nameOf(entry.areaId)}
                  blocked={
                    blocked ?? (isOwn(entry) ? undefined : t('administration.inheritedWord', { name: nameOf(entry.areaId) }))
                  }
                />
              ),
            },
          ]}
        />
      )}
    </Loaded>
  );
}

function RemoveWord({ entry, areaName, blocked }: { entry: DictionaryEntry; areaName: string; blocked: string | undefined }) {
  const { t } = useTranslation();
  const remove = useWrite('deleteDictionaryEntry', { invalidates: ['listDictionary'] });
  const { written, spoken } = entry;
  return (
    <ConfirmButton
      label={t('administration.removeWord', { written })}
      question={t('administration.removeWordQuestion', { written, spoken, name: areaName })}
      confirmLabel={t('administration.remove')}
      isDangerous
      disabledReason={blocked}
      onConfirm={async () => {
        await remove.mutateAsync({ params: { entryId: entry.entryId } });
        sayDone(t('administration.wordRemoved', { written }));
      }}
    />
  );
}

function AddWord({ area, blocked }: { area: Area; blocked: string | undefined }) {
  const { t } = useTranslation();
  const [written, setWritten] = useState('');
  const [spoken, setSpoken] = useState('');
  const create = useWrite('createDictionaryEntry', { invalidates: ['listDictionary'] });
  return (
    <Group>
      <FormDialog
        label={t('administration.addWord')}
        title={t('administration.addWordTo', { name: area.name })}
        submitLabel={t('administration.addWord')}
        variant="filled"
        leftSection={<IconPlus size={18} aria-hidden />}
        disabledReason={blocked}
        missing={written.trim() === '' || spoken.trim() === '' ? t('administration.wordMissing') : undefined}
        onOpen={() => {
          setWritten('');
          setSpoken('');
        }}
        onSubmit={async () => {
          const body = { written: written.trim(), spoken: spoken.trim() };
          await create.mutateAsync({ params: { areaId: area.areaId }, body });
          sayDone(t('administration.wordAdded', { written: body.written }));
        }}
      >
        <TextInput
          label={t('administration.written')}
          description={t('administration.writtenHint')}
          value={written}
          onChange={(event) => setWritten(event.currentTarget.value)}
          maxLength={60}
          data-autofocus
        />
        <TextInput
          label={t('administration.spoken')}
          description={t('administration.spokenHint')}
          value={spoken}
          onChange={(event) => setSpoken(event.currentTarget.value)}
          maxLength={200}
        />
      </FormDialog>
    </Group>
  );
}

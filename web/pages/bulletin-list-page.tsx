import { Button, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { IconFileText, IconSearch } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Bulletin, BulletinState } from '#contract/bulletin.ts';
import { callApi } from '../api/api-client.ts';
import { useHasRole } from '../api/session.ts';
import { BulletinStateBadge } from '../components/bulletin-state-badge.tsx';
import { useChosenArea } from '../components/chosen-area.ts';
import { withoutMarks } from '../format/area-tree.ts';
import { formatInstant } from '../format/instants.ts';
import { useWords } from '../i18n/language.ts';
import { paths } from '../paths.ts';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { LinkButton } from '../ui/link-button.tsx';
import { LoadingState } from '../ui/loading-state.tsx';
import { PageHeader } from '../ui/page-header.tsx';
import { ProblemAlert } from '../ui/problem-alert.tsx';
import { TextLink } from '../ui/text-link.tsx';

const PAGE_SIZE = 100;

export function BulletinListPage() {
  const { t } = useTranslation();
  const { area, areaId } = useChosenArea();
  const state = BulletinState.safeParse(useSearch({ strict: false }).state).data;
  const [wanted, setWanted] = useState('');
  return (
    <>
      <PageHeader title={t('bulletins.listTitle')} hint={area?.name}>
        <ComposeButton />
      </PageHeader>
      <Group gap="md" mb="md" align="flex-end">
        <StateFilter state={state} />
        <TextInput
          label={t('bulletins.list.find')}
          placeholder={t('bulletins.list.findHint')}
          leftSection={<IconSearch size={18} aria-hidden />}
          type="search"
          value={wanted}
          onChange={(event) => setWanted(event.currentTarget.value)}
          style={{ flex: '1 1 220px' }}
        />
      </Group>
      {areaId === undefined ? <LoadingState /> : <BulletinTable areaId={areaId} state={state} wanted={wanted} />}
    </>
  );
}

function ComposeButton() {
  const { t } = useTranslation();
  const mayCompose = useHasRole('author', 'duty-officer');
  return (
    <LinkButton to={paths.newBulletin} disabledReason={mayCompose ? undefined : t('home.mayNotCompose')}>
      {t('home.compose')}
    </LinkButton>
  );
}

function StateFilter({ state }: { state: BulletinState | undefined }) {
  const { t } = useTranslation();
  const { words } = useWords();
  const navigate = useNavigate();
  const choose = (chosen: string) =>
    void navigate({ to: paths.bulletins, search: (search) => ({ ...search, state: chosen || undefined }), replace: true });
  return (
    <NativeSelect
      label={t('bulletins.list.filter')}
      value={state ?? ''}
      onChange={(event) => choose(event.currentTarget.value)}
      data={[
        { value: '', label: t('bulletins.list.all') },
        ...BulletinState.options.map((value) => ({ value, label: words.bulletinState[value] })),
      ]}
      style={{ flex: '0 1 180px' }}
    />
  );
}

interface BulletinTableProps {
  areaId: string;
  state: BulletinState | undefined;
  wanted: string;
}

function BulletinTable({ areaId, state, wanted }: BulletinTableProps) {
  const { t } = useTranslation();
  const columns = useColumns();
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useBulletins(areaId, state);
  if (!data) return error ? <ProblemAlert error={error} onRetry={() => void refetch()} /> : <LoadingState />;
  const loaded = data.pages.flatMap(({ entries }) => entries);
  const search = withoutMarks(wanted.trim());
  const rows = loaded.filter(({ title }) => withoutMarks(title).includes(search));
  return (
    <Stack>
      <DataTable
        caption={t('bulletins.list.caption')}
        columns={columns}
        rows={rows}
        rowKey={({ bulletinId }) => bulletinId}
        empty={
          <Nothing
            isSearching={search !== '' && loaded.length > 0}
            isFiltered={state !== undefined}
            loadedCount={loaded.length}
          />
        }
      />
      {hasNextPage && (
        <Group>
          <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t('bulletins.list.more')}
          </Button>
          <Text size="sm" c="dimmed">
            {t('bulletins.list.shown', { count: loaded.length })}
          </Text>
        </Group>
      )}
    </Stack>
  );
}

/** Begins with the name of the read, so that the live feed makes it be read anew. */
function useBulletins(areaId: string, state: BulletinState | undefined) {
  return useInfiniteQuery({
    queryKey: ['listBulletins', { areaId, state }, 'pages'],
    queryFn: ({ pageParam: after, signal }) =>
      callApi('listBulletins', { query: { areaId, limit: PAGE_SIZE, ...(state && { state }), ...(after && { after }) } }, signal),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next ?? undefined,
  });
}

function useColumns(): Column<Bulletin>[] {
  const { t } = useTranslation();
  const { words } = useWords();
  return [
    {
      key: 'title',
      header: t('bulletins.list.title'),
      isTitle: true,
      cell: ({ bulletinId, title }) => (
        <TextLink to={paths.bulletin} params={{ bulletinId }} search={({ area }) => ({ area })} fw={600}>
          {title === '' ? t('bulletins.list.untitled') : title}
        </TextLink>
      ),
    },
    {
      key: 'state',
      header: t('bulletins.list.state'),
      cell: (bulletin) => (
        <Stack gap={4} align="flex-start">
          <BulletinStateBadge state={bulletin.state} />
          {bulletin.rendering.state === 'failed' && (
            <Text size="sm" c="var(--tt-bad)">
              {words.renderingState.failed}
            </Text>
          )}
        </Stack>
      ),
    },
    {
      key: 'class',
      header: t('bulletins.list.class'),
      cell: (bulletin) => (
        <>
          {words.class[bulletin.class]}
          {bulletin.purpose === 'drill' && `, ${words.purpose.drill}`}
        </>
      ),
    },
    { key: 'author', header: t('bulletins.list.author'), cell: ({ authorName }) => authorName },
    { key: 'updated', header: t('bulletins.list.updated'), cell: ({ updatedAt }) => formatInstant(updatedAt) },
  ];
}

interface NothingProps {
  isSearching: boolean;
  isFiltered: boolean;
  loadedCount: number;
}

function Nothing({ isSearching, isFiltered, loadedCount }: NothingProps) {
  const { t } = useTranslation();
  if (isSearching)
    return <EmptyState title={t('bulletins.list.noneFound')} hint={t('bulletins.list.noneFoundHint', { count: loadedCount })} />;
  if (isFiltered)
    return (
      <EmptyState title={t('bulletins.list.noneInState')}>
        <LinkButton to={paths.bulletins} variant="default" search={({ area }) => ({ area })}>
          {t('bulletins.list.showAll')}
        </LinkButton>
      </EmptyState>
    );
  return (
    <EmptyState title={t('bulletins.list.none')} hint={t('bulletins.list.noneHint')} icon={<IconFileText />}>
      <ComposeButton />
    </EmptyState>
  );
}

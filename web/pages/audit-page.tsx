import { Button, Card, Center, Group, Select, Stack, Text } from '@mantine/core';
import { IconHistory, IconX } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { AuditEntry } from '#contract/account.ts';
import { callApi } from '../api/api-client.ts';
import { AdministrationTabs } from '../components/administration-tabs.tsx';
import { AuditEntryLine } from '../components/audit-entry-line.tsx';
import { type Named, useAuditNames } from '../components/audit-names.ts';
import { dayOf, formatDate } from '../format/instants.ts';
import { withoutMarks } from '../format/area-tree.ts';
import { useWords } from '../i18n/language.ts';
import { paths } from '../paths.ts';
import { EmptyState } from '../ui/empty-state.tsx';
import { Loaded } from '../ui/loading-state.tsx';
import { PageHeader } from '../ui/page-header.tsx';

const PAGE_LENGTH = 50;
const SHOWN_MAX = 100;

/** Who did what when, newest first; what is asked for stands in the address, so that it can be handed on. */
export function AuditPage() {
  const { t } = useTranslation();
  const { action, subject } = useSearch({ strict: false });
  const { named, nameOf } = useAuditNames();
  const query = useInfiniteQuery({
    queryKey: ['listAudit', { action, subject }],
    queryFn: ({ signal, pageParam }) =>
      callApi(
        'listAudit',
        { query: { limit: PAGE_LENGTH, action, subjectId: subject, ...(pageParam === '' ? {} : { after: pageParam }) } },
        signal,
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
    staleTime: 0,
  });
  return (
    <>
      <AdministrationTabs />
      <PageHeader title={t('administration.auditTitle')} hint={t('administration.auditHint')} />
      <Stack gap="lg">
        <Filters named={named} />
        <Card withBorder radius="lg" padding="lg">
          <Loaded query={query}>
            {({ pages }) => (
              <>
                <Days entries={pages.flatMap((page) => page.entries)} nameOf={nameOf} />
                <Center mt="md">
                  {query.hasNextPage ? (
                    <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                      {t('administration.olderEntries')}
                    </Button>
                  ) : (
                    <Text c="dimmed">{pages[0]?.entries.length ? t('administration.noOlder') : null}</Text>
                  )}
                </Center>
              </>
            )}
          </Loaded>
        </Card>
      </Stack>
    </>
  );
}

function Filters({ named }: { named: readonly Named[] }) {
  const { t } = useTranslation();
  const { administration } = useWords();
  const { action, subject } = useSearch({ strict: false });
  const navigate = useNavigate();
  const ask = (next: { action?: string | undefined; subject?: string | undefined }) =>
    void navigate({ to: paths.audit, search: (search) => ({ ...search, ...next }) });
  const kinds = Object.entries(administration.subjectKinds);
  const groups = kinds.map(([kind, group]) => ({
    group,
    items: named.filter((one) => one.kind === kind).map(({ id, name }) => ({ value: id, label: name })),
  }));
  const isNamed = subject === undefined || named.some(({ id }) => id === subject);
  return (
    <Group gap="md" align="flex-end">
      <Select
        label={t('administration.auditAction')}
        placeholder={t('administration.anyAction')}
        data={Object.entries(administration.actionName).map(([value, label]) => ({ value, label }))}
        value={action ?? null}
        onChange={(value) => ask({ action: value ?? undefined })}
        searchable
        clearable
        clearButtonProps={{ 'aria-label': t('administration.clearFilters') }}
        nothingFoundMessage={t('administration.nothingFound')}
        style={{ flex: '1 1 220px' }}
      />
      <Select
        label={t('administration.auditSubject')}
        placeholder={t('administration.anySubject')}
        data={
          isNamed || subject === undefined
            ? groups
            : [{ value: subject, label: t('administration.otherSubject', { id: subject }) }, ...groups]
        }
        value={subject ?? null}
        onChange={(value) => ask({ subject: value ?? undefined })}
        searchable
        clearable
        clearButtonProps={{ 'aria-label': t('administration.clearFilters') }}
        limit={SHOWN_MAX}
        filter={({ options, search }) =>
          options.map((option) => {
            const wanted = withoutMarks(search.trim());
            return 'items' in option
              ? { ...option, items: option.items.filter(({ label }) => withoutMarks(label).includes(wanted)) }
              : option;
          })
        }
        nothingFoundMessage={t('administration.nothingFound')}
        style={{ flex: '1 1 260px' }}
      />
      {(action !== undefined || subject !== undefined) && (
        <Button
          variant="default"
          leftSection={<IconX size={18} aria-hidden />}
          onClick={() => ask({ action: undefined, subject: undefined })}
        >
          {t('administration.clearFilters')}
        </Button>
      )}
    </Group>
  );
}

function Days({ entries, nameOf }: { entries: readonly AuditEntry[]; nameOf: (id: unknown) => string | undefined }) {
  const { t } = useTranslation();
  if (entries.length === 0)
    return (
      <EmptyState title={t('administration.nothingFound')} hint={t('administration.nothingFoundHint')} icon={<IconHistory />} />
    );
  const days = [...new Set(entries.map((entry) => dayOf(entry.recordedAt)))];
  return (
    <section aria-label={t('administration.auditList')}>
      {days.map((day) => {
        const ofDay = entries.filter((entry) => dayOf(entry.recordedAt) === day);
        return (
          <Stack key={day} gap={0} mb="md">
            <Text component="h2" size="md" fw={600} m={0} mb={4}>
              {formatDate(ofDay[0]?.recordedAt ?? '')}
            </Text>
            <Stack component="ul" gap={0} m={0} p={0} style={{ listStyle: 'none' }}>
              {ofDay.map((entry) => (
                <AuditEntryLine key={entry.sequence} entry={entry} nameOf={nameOf} />
              ))}
            </Stack>
          </Stack>
        );
      })}
    </section>
  );
}

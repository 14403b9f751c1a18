import { Group, Text } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Bulletin } from '#contract/bulletin.ts';
import { useHasRole } from '../api/session.ts';
import { soundOf, useBulletinsByState } from '../components/bulletins-by-state.ts';
import { useChosenArea } from '../components/chosen-area.ts';
import { AiringBadges } from '../components/airing-badges.tsx';
import { InstantText } from '../components/instant-text.tsx';
import { formatDuration, formatSpan } from '../format/durations.ts';
import { useWords } from '../i18n/language.ts';
import { paths } from '../paths.ts';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { LinkButton } from '../ui/link-button.tsx';
import { Loaded, LoadingState } from '../ui/loading-state.tsx';
import { PageHeader } from '../ui/page-header.tsx';
import { TextLink } from '../ui/text-link.tsx';

/** What waits for a decision, the longest wait first. */
export function ApprovalListPage() {
  const { t } = useTranslation();
  const { areaId } = useChosenArea();
  const mayApprove = useHasRole('approver');
  const query = useBulletinsByState(areaId, 'submitted');
  if (areaId === undefined) return <LoadingState />;
  const count = query.data?.bulletins.length ?? 0;
  return (
    <>
      <PageHeader title={t('bulletins.approvalTitle')} hint={count > 0 ? t('approvals.queueHint', { count }) : undefined} />
      {!mayApprove && <Text mb="md">{t('approvals.viewOnly')}</Text>}
      <Loaded query={query}>
        {({ bulletins, isCut }) => (
          <>
            <Queue bulletins={bulletins.toSorted((a, b) => a.updatedAt.localeCompare(b.updatedAt))} />
            {isCut && <Text c="dimmed">{t('approvals.queueCut', { count: bulletins.length })}</Text>}
          </>
        )}
      </Loaded>
    </>
  );
}

function Queue({ bulletins }: { bulletins: readonly Bulletin[] }) {
  const { t } = useTranslation();
  const { words } = useWords();
  const columns: Column<Bulletin>[] = [
    {
      key: 'title',
      header: t('approvals.bulletin'),
      isTitle: true,
      cell: (bulletin) => (
        <Group gap="xs">
          <TextLink to={paths.approval} params={{ bulletinId: bulletin.bulletinId }} fw={600}>
            {bulletin.title || t('approvals.untitled')}
          </TextLink>
          <AiringBadges airing={bulletin} />
        </Group>
      ),
    },
    { key: 'author', header: t('approvals.author'), cell: (bulletin) => bulletin.authorName },
    {
      key: 'length',
      header: t('approvals.length'),
      isNumber: true,
      cell: (bulletin) => {
        const sound = soundOf(bulletin);
        return sound ? formatDuration(sound.durationMs) : words.renderingState[bulletin.rendering.state];
      },
    },
    {
      key: 'waiting',
      header: t('approvals.waiting'),
      cell: ({ updatedAt }) => (
        <Text span inherit>
          <InstantText at={updatedAt} />{' '}
          <Text span c="dimmed" size="sm">
            {t('approvals.waitingFor', { span: formatSpan(Date.now() - Date.parse(updatedAt), words) })}
          </Text>
        </Text>
      ),
    },
  ];
  return (
    <DataTable
      caption={t('approvals.caption')}
      columns={columns}
      rows={bulletins}
      rowKey={({ bulletinId }) => bulletinId}
      empty={
        <EmptyState title={t('approvals.queueEmpty')} hint={t('approvals.queueEmptyHint')} icon={<IconCircleCheck />}>
          <LinkButton to={paths.bulletins} variant="default">
            {t('approvals.seeBulletins')}
          </LinkButton>
        </EmptyState>
      }
    />
  );
}

import { Group, Stack, Text } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Notice, NoticeKind } from '#contract/report.ts';
import { useRead } from '../api/queries.ts';
import { formatSpan } from '../format/durations.ts';
import { useWords } from '../i18n/language.ts';
import { paths } from '../paths.ts';
import { TextLink } from '../ui/text-link.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { Loaded } from '../ui/loading-state.tsx';
import { StateBadge, type Tone } from '../ui/state-badge.tsx';

const TONES: Record<NoticeKind, Tone> = {
  'airing-missed': 'bad',
  'cluster-silent': 'bad',
  'rendering-failed': 'bad',
  'bulletin-rejected': 'attention',
  'awaiting-approval': 'attention',
  'cluster-empty': 'neutral',
};
const URGENCY = Object.keys(TONES);
const ASK_EVERY_MS = 60_000;

/** What needs a hand, the most urgent first; each leads to where it is mended. */
export function NoticeList({ areaId }: { areaId: string }) {
  const { t } = useTranslation();
  const query = useRead('listNotices', { query: { areaId } }, { everyMs: ASK_EVERY_MS });
  return (
    <Loaded query={query}>
      {({ entries }) =>
        entries.length === 0 ? (
          <EmptyState title={t('home.noNotices')} hint={t('home.noNoticesHint')} icon={<IconCircleCheck />} />
        ) : (
          <Stack component="ul" gap={0} m={0} p={0} style={{ listStyle: 'none' }}>
            {entries.toSorted(byUrgency).map((notice) => (
              <NoticeEntry key={`${notice.kind} ${notice.subjectId}`} notice={notice} />
            ))}
          </Stack>
        )
      }
    </Loaded>
  );
}

function NoticeEntry({ notice }: { notice: Notice }) {
  const { t } = useTranslation();
  const { words } = useWords();
  const { kind, title, count, since } = notice;
  return (
    <Group
      component="li"
      gap="sm"
      wrap="nowrap"
      align="flex-start"
      py={10}
      style={{ borderTop: '1px solid var(--mantine-color-default-border)' }}
    >
      <div style={{ flex: 1, minWidth: 0 }}>
        <NoticeLink notice={notice}>{t(`home.notice.${kind}`, { title, count })}</NoticeLink>
      </div>
      <StateBadge tone={TONES[kind]} label={formatSpan(Date.now() - Date.parse(since), words)} />
    </Group>
  );
}

function NoticeLink({ notice: { kind, subjectId }, children }: { notice: Notice; children: React.ReactNode }) {
  switch (kind) {
    case 'awaiting-approval':
      return (
        <TextLink to={paths.approval} params={{ bulletinId: subjectId }}>
          {children}
        </TextLink>
      );
    case 'bulletin-rejected':
    case 'rendering-failed':
      return (
        <TextLink to={paths.bulletin} params={{ bulletinId: subjectId }}>
          {children}
        </TextLink>
      );
    case 'airing-missed':
      return (
        <TextLink to={paths.airing} params={{ airingId: subjectId }}>
          {children}
        </TextLink>
      );
    default:
      return (
        <TextLink to={paths.receivers} search={{ cluster: subjectId }}>
          <Text span inherit>
            {children}
          </Text>
        </TextLink>
      );
  }
}

function byUrgency(a: Notice, b: Notice): number {
  return URGENCY.indexOf(a.kind) - URGENCY.indexOf(b.kind) || b.since.localeCompare(a.since);
}

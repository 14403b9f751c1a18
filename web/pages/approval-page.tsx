import { Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Bulletin } from '#contract/bulletin.ts';
import { useRead } from '../api/queries.ts';
import { useAccount, useHasRole } from '../api/session.ts';
import { ApprovalDecision } from '../components/approval-decision.tsx';
import { BulletinStateBadge } from '../components/bulletin-state-badge.tsx';
import { soundOf } from '../components/bulletins-by-state.ts';
import { AiringBadges } from '../components/airing-badges.tsx';
import { DoubtfulText } from '../components/doubtful-text.tsx';
import { ListenPanel } from '../components/listen-panel.tsx';
import { RevisionChanges } from '../components/revision-changes.tsx';
import layout from '../components/approval-layout.module.css';
import classes from '../components/read-text.module.css';
import { formatInstant } from '../format/instants.ts';
import { paths } from '../paths.ts';
import { Loaded } from '../ui/loading-state.tsx';
import { PageHeader } from '../ui/page-header.tsx';
import { SectionCard } from '../ui/section-card.tsx';
import { TextLink } from '../ui/text-link.tsx';

interface ApprovalPageProps {
  bulletinId: string;
}

export function ApprovalPage({ bulletinId }: ApprovalPageProps) {
  const query = useRead('readBulletin', { params: { bulletinId } });
  return <Loaded query={query}>{(bulletin) => <Judged bulletin={bulletin} />}</Loaded>;
}

/** Sound, text and decision beside one another: what is heard is compared with what is written. */
function Judged({ bulletin }: { bulletin: Bulletin }) {
  const { t } = useTranslation();
  const { accountId } = useAccount();
  const mayListen = useHasRole('approver', 'author', 'duty-officer');
  const { bulletinId, revision } = bulletin;
  const revisions = useRead('listRevisions', { params: { bulletinId } });
  const listening = useRead('readListening', { params: { bulletinId } }, { isEnabled: mayListen });
  const sound = soundOf(bulletin);
  const listeners = listening.data?.entries.filter((one) => one.revision === revision && one.sha256 === sound?.sha256) ?? [];
  const mine = listeners.find((one) => one.accountId === accountId);
  const said = { author: bulletin.authorName, revision, at: formatInstant(bulletin.updatedAt) };
  return (
    <>
      <PageHeader
        title={bulletin.title || t('approvals.untitled')}
        hint={t(bulletin.state === 'submitted' ? 'approvals.byAuthor' : 'approvals.byAuthorChanged', said)}
        state={
          <>
            <BulletinStateBadge state={bulletin.state} />
            <AiringBadges airing={bulletin} />
          </>
        }
      >
        <TextLink to={paths.approvals}>{t('approvals.backToQueue')}</TextLink>
      </PageHeader>
      {/* On a telephone the decision comes last, after what is decided on. */}
      <div className={layout['beside']}>
        <div className={layout['sound']}>
          <SectionCard title={t('approvals.listen')} hint={t('approvals.listenHint')}>
            <ListenPanel bulletin={bulletin} sound={sound} listeners={listeners} />
          </SectionCard>
        </div>
        <Stack gap="lg" className={layout['words']}>
          <Words bulletin={bulletin} />
          <SectionCard title={t('approvals.changes')}>
            <Loaded query={revisions}>{({ entries }) => <RevisionChanges bulletin={bulletin} revisions={entries} />}</Loaded>
          </SectionCard>
        </Stack>
        <div className={layout['decision']}>
          <SectionCard title={t('approvals.decide')}>
            <Loaded query={revisions}>
              {({ entries }) => <ApprovalDecision bulletin={bulletin} revisions={entries} hasListened={mine !== undefined} />}
            </Loaded>
          </SectionCard>
        </div>
      </div>
    </>
  );
}

function Words({ bulletin: { text, rendering } }: { bulletin: Bulletin }) {
  const { t } = useTranslation();
  const { spokenText, unknownTokens } = rendering;
  if (text === null) {
    return (
      <SectionCard title={t('approvals.written')}>
        <Text>{t('approvals.recordingWithoutText')}</Text>
      </SectionCard>
    );
  }
  return (
    <>
      <SectionCard title={t('approvals.written')}>
        {unknownTokens.length > 0 && (
          <Text size="sm" c="var(--tt-attention)" mb="xs">
            {t('approvals.unknownTokens', { count: unknownTokens.length })}
          </Text>
        )}
        <DoubtfulText text={text} tokens={unknownTokens} />
      </SectionCard>
      {spokenText !== null && (
        <SectionCard title={t('approvals.spoken')}>
          {spokenText.trim() === text.normalize('NFC').trim() ? (
            <Text c="dimmed">{t('approvals.spokenSame')}</Text>
          ) : (
            <Text className={classes['text']}>{spokenText}</Text>
          )}
        </SectionCard>
      )}
    </>
  );
}

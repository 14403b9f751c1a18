import { Group, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Bulletin, BulletinRevision, Rendition } from '#contract/bulletin.ts';
import { useWrite } from '../api/queries.ts';
import { useAccount, useHasRole } from '../api/session.ts';
import { formatInstant } from '../format/instants.ts';
import { paths } from '../paths.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { LinkButton } from '../ui/link-button.tsx';
import { sayDone } from '../ui/notify.tsx';
import { ProblemAlert } from '../ui/problem-alert.tsx';
import { soundOf } from './bulletins-by-state.ts';

interface ApprovalDecisionProps {
  bulletin: Bulletin;
  revisions: readonly BulletinRevision[];
  /** I played this very audio to its end. */
  hasListened: boolean;
}

const REASON_MAX = 1_000;

/** Approve or reject, or why this account can't. */
export function ApprovalDecision({ bulletin, revisions, hasListened }: ApprovalDecisionProps) {
  const { t } = useTranslation();
  const reason = useReasonAgainst(bulletin, revisions);
  const isApprover = useHasRole('approver');
  const sound = soundOf(bulletin);
  if (bulletin.state === 'draft') return <Text>{t('approvals.draftNow')}</Text>;
  if (bulletin.state !== 'submitted') return <Decided bulletin={bulletin} />;
  return (
    <Stack gap="sm">
      {reason !== undefined && <Text>{reason}</Text>}
      <Group gap="sm" align="flex-start">
        <Approve bulletin={bulletin} sound={sound} hasListened={hasListened} isForbidden={reason !== undefined} />
        <Reject bulletin={bulletin} disabledReason={isApprover ? undefined : t('approvals.mayNotRole')} />
      </Group>
    </Stack>
  );
}

/** The server decides and may know more, such as who recorded the upload; its refusal is shown as well. */
function useReasonAgainst(bulletin: Bulletin, revisions: readonly BulletinRevision[]): string | undefined {
  const { t } = useTranslation();
  const { accountId } = useAccount();
  if (!useHasRole('approver')) return t('approvals.mayNotRole');
  if (bulletin.authorId === accountId) return t('approvals.mayNotAuthor');
  if (revisions.some(({ editorId }) => editorId === accountId)) return t('approvals.mayNotEditor');
  return soundOf(bulletin) ? undefined : t('approvals.mayNotUnrendered');
}

interface ApproveProps {
  bulletin: Bulletin;
  sound: Rendition | undefined;
  hasListened: boolean;
  isForbidden: boolean;
}

function Approve({ bulletin, sound, hasListened, isForbidden }: ApproveProps) {
  const { t } = useTranslation();
  const { bulletinId, revision } = bulletin;
  const title = bulletin.title || t('approvals.untitled');
  const approve = useWrite('approveBulletin', {
    invalidates: ['readBulletin', 'listBulletins', 'listRevisions', 'listNotices'],
    onDone: () => sayDone(t('approvals.approvedNow', { title })),
  });
  if (isForbidden || !sound) {
    return <ActionButton disabledReason={t('approvals.mayNotHere')}>{t('approvals.approve')}</ActionButton>;
  }
  const request = { params: { bulletinId }, body: { revision, renditionSha256: sound.sha256 } };
  if (!hasListened) {
    return (
      <ConfirmButton
        label={t('approvals.approve')}
        question={t('approvals.approveUnheard', { title })}
        confirmLabel={t('approvals.approveUnheardConfirm')}
        onConfirm={() => approve.mutateAsync(request)}
      />
    );
  }
  return (
    <Stack gap="xs">
      <ActionButton loading={approve.isPending} onClick={() => approve.mutate(request)}>
        {t('approvals.approve')}
      </ActionButton>
      <ProblemAlert error={approve.error} />
    </Stack>
  );
}

function Reject({ bulletin, disabledReason }: { bulletin: Bulletin; disabledReason: string | undefined }) {
  const { t } = useTranslation();
  const [reason, setReason] = useState('');
  const { bulletinId, revision, authorName: author } = bulletin;
  const title = bulletin.title || t('approvals.untitled');
  const reject = useWrite('rejectBulletin', {
    invalidates: ['readBulletin', 'listBulletins', 'listRevisions', 'listNotices'],
    onDone: () => sayDone(t('approvals.rejectedNow', { title })),
  });
  return (
    <ConfirmButton
      label={t('approvals.reject')}
      question={t('approvals.rejectQuestion', { title, author })}
      confirmLabel={t('approvals.rejectConfirm')}
      onConfirm={() => reject.mutateAsync({ params: { bulletinId }, body: { revision, reason } })}
      disabledReason={disabledReason}
    >
      <Textarea
        label={t('approvals.rejectReason')}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        maxLength={REASON_MAX}
        minRows={3}
        autosize
        required
        data-autofocus
      />
    </ConfirmButton>
  );
}

function Decided({ bulletin: { bulletinId, decision } }: { bulletin: Bulletin }) {
  const { t } = useTranslation();
  const maySchedule = useHasRole('author', 'approver', 'duty-officer');
  if (!decision) return null;
  const said = { at: formatInstant(decision.decidedAt), reason: decision.reason ?? '' };
  return (
    <Stack gap="sm" role="status">
      <Text>{t(`approvals.decided.${decision.decision}`, said)}</Text>
      <Group gap="sm" align="flex-start">
        {decision.decision === 'approved' && (
          <LinkButton
            to={paths.newAiring}
            search={{ bulletin: bulletinId }}
            disabledReason={maySchedule ? undefined : t('airings.mayNotSchedule')}
          >
            {t('approvals.schedule')}
          </LinkButton>
        )}
        <LinkButton to={paths.approvals} variant="default">
          {t('approvals.backToQueue')}
        </LinkButton>
      </Group>
    </Stack>
  );
}

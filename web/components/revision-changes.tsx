import { Stack, Text, VisuallyHidden } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Bulletin, BulletinRevision } from '#contract/bulletin.ts';
import { formatInstant } from '../format/instants.ts';
import { diffWords, withContext } from '../format/word-diff.ts';
import classes from './read-text.module.css';

/** Words that stay in view beside each change. */
const CONTEXT_WORDS = 12;

interface RevisionChangesProps {
  bulletin: Pick<Bulletin, 'revision' | 'title' | 'text' | 'uploadId'>;
  /** Newest first. */
  revisions: readonly BulletinRevision[];
}

/** What became of it since somebody last decided on it; before any decision, since the revision before. */
export function RevisionChanges({ bulletin, revisions }: RevisionChangesProps) {
  const { t } = useTranslation();
  const earlier = revisions.filter(({ revision }) => revision < bulletin.revision);
  const base = earlier.find(({ decision }) => decision !== null) ?? earlier[0];
  if (!base) return <Text c="dimmed">{t('approvals.firstRevision')}</Text>;
  const { decision } = base;
  return (
    <Stack gap="xs">
      <Text>{t('approvals.comparedWith', { revision: base.revision, editor: base.editorName })}</Text>
      {decision && (
        <Text>
          {t(`approvals.lastDecision.${decision.decision}`, {
            approver: decision.approverName,
            at: formatInstant(decision.decidedAt),
            reason: decision.reason ?? '',
          })}
        </Text>
      )}
      {base.title !== bulletin.title && <Text>{t('approvals.titleWas', { title: base.title })}</Text>}
      {base.uploadId !== bulletin.uploadId && <Text>{t('approvals.uploadChanged')}</Text>}
      {base.text !== null && bulletin.text !== null && <TextChanges before={base.text} after={bulletin.text} />}
    </Stack>
  );
}

function TextChanges({ before, after }: { before: string; after: string }) {
  const { t } = useTranslation();
  const parts = useMemo(() => withContext(diffWords(before, after), CONTEXT_WORDS), [before, after]);
  if (parts.every(({ kind }) => kind === 'kept')) return <Text c="dimmed">{t('approvals.textSame')}</Text>;
  return (
    <>
      <Text className={classes['text']}>
        {parts.map(({ kind, text }, index) => {
          if (kind === 'kept') return <span key={index}>{text}</span>;
          const Changed = kind === 'added' ? 'ins' : 'del';
          return (
            <Changed key={index} className={classes[kind]}>
              <VisuallyHidden>{t(`approvals.${kind}`)}</VisuallyHidden>
              {text}
            </Changed>
          );
        })}
      </Text>
      <Text size="sm" c="dimmed" aria-hidden>
        {t('approvals.legend')}
      </Text>
    </>
  );
}

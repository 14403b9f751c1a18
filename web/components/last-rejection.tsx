import { Alert, Text } from '@mantine/core';
import { IconArrowBackUp } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useRead } from '../api/queries.ts';
import { formatInstant } from '../format/instants.ts';

/** Why it came back; stays in view while it is mended, until the next decision. */
export function LastRejection({ bulletinId }: { bulletinId: string }) {
  const { t } = useTranslation();
  const { data } = useRead('listRevisions', { params: { bulletinId } });
  const decision = data?.entries.find((revision) => revision.decision !== null)?.decision;
  if (decision?.decision !== 'rejected') return null;
  return (
    <Alert
      component="section"
      aria-label={t('bulletins.compose.rejected')}
      variant="outline"
      icon={<IconArrowBackUp aria-hidden />}
      title={t('bulletins.compose.rejectedBy', { name: decision.approverName, at: formatInstant(decision.decidedAt) })}
      mb="lg"
      styles={STYLES}
    >
      <Text size="lg" fw={600} style={{ whiteSpace: 'pre-wrap' }}>
        {decision.reason ?? t('bulletins.compose.noReason')}
      </Text>
      <Text size="sm">{t('bulletins.compose.rejectedHint')}</Text>
    </Alert>
  );
}

const STYLES = {
  root: { background: 'var(--tt-bad-ground)', borderColor: 'var(--tt-bad)' },
  title: { color: 'var(--tt-bad)' },
  icon: { color: 'var(--tt-bad)' },
  message: { color: 'var(--mantine-color-text)' },
};

import { Alert, Button, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../api/problem-error.ts';
import { problemText } from '../api/problem-text.ts';
import { useWords } from '../i18n/language.ts';

interface ProblemAlertProps {
  /** Whatever was thrown; nothing is shown for null. */
  error: unknown;
  onRetry?: () => void;
}

/** A refusal or failure as a sentence with the way out. Read aloud when it appears. */
export function ProblemAlert({ error, onRetry }: ProblemAlertProps) {
  const { t } = useTranslation();
  const words = useWords();
  if (error === null || error === undefined) return null;
  const { what, wayOut } = problemText(words, error);
  const requestId = error instanceof ProblemError && error.code === 'internal-error' ? error.requestId : undefined;
  return (
    <Alert role="alert" icon={<IconAlertTriangle aria-hidden />} color="red" variant="outline" title={what} styles={ALERT}>
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{wayOut}</Text>
        {requestId && (
          <Text size="xs" c="dimmed">
            {t('problems.requestId', { requestId })}
          </Text>
        )}
        {onRetry && (
          <Button size="compact-sm" variant="default" onClick={onRetry}>
            {t('ui.tryAgain')}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

const ALERT = {
  root: { background: 'var(--tt-bad-ground)', borderColor: 'var(--tt-bad)' },
  title: { color: 'var(--tt-bad)' },
  icon: { color: 'var(--tt-bad)' },
  message: { color: 'var(--mantine-color-text)' },
};

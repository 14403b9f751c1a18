import { Button, Stack } from '@mantine/core';
import type { ErrorComponentProps } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { PageHeader } from '../ui/page-header.tsx';
import { ProblemAlert } from '../ui/problem-alert.tsx';

/** The one boundary for what a page throws. A file that is gone since a new version came is had again by loading anew. */
export function PageBroke({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader title={t('frame.pageBroke')} />
      <Stack align="flex-start">
        <ProblemAlert error={error} onRetry={reset} />
        <Button variant="default" onClick={() => location.reload()}>
          {t('ui.reload')}
        </Button>
      </Stack>
    </>
  );
}

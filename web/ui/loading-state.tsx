import { Center, Loader, Text } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from './problem-alert.tsx';

export function LoadingState() {
  const { t } = useTranslation();
  return (
    <Center py="xl" role="status">
      <Loader size="sm" mr="sm" aria-hidden />
      <Text c="dimmed">{t('ui.loading')}</Text>
    </Center>
  );
}

/**
 * What a read gave, once it is there; till then that it loads, or why not and how to try again. What was read before stays in
 * view when reading it anew fails: the frame says that the connection is lost.
 */
export function Loaded<T>({ query, children }: { query: UseQueryResult<T>; children: (value: T) => ReactNode }) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error) return <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />;
  return <LoadingState />;
}

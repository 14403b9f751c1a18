import { Group, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';

interface PageHeaderProps {
  title: string;
  /** One line below the title. */
  hint?: ReactNode;
  /** Badge or the like, beside the title. */
  state?: ReactNode;
  /** What can be done on this page; the first is the main thing. */
  children?: ReactNode;
}

/** The one `h1` of a page; names the browser's tab as well. */
export function PageHeader({ title, hint, state, children }: PageHeaderProps) {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = `${title} – ${t('frame.product')}`;
  }, [title, t]);
  return (
    <Group justify="space-between" align="flex-start" mb="lg" gap="md">
      <Stack gap={4} style={{ flex: '1 1 260px', minWidth: 0 }}>
        <Group gap="sm">
          <Title order={1} size="h2">
            {title}
          </Title>
          {state}
        </Group>
        {hint && <Text c="dimmed">{hint}</Text>}
      </Stack>
      {children && (
        <Group gap="sm" align="flex-start">
          {children}
        </Group>
      )}
    </Group>
  );
}

import { Group, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import type { ReactNode } from 'react';

interface EmptyStateProps {
  title: string;
  /** What to do first. */
  hint?: string;
  icon?: ReactNode;
  /** Buttons or links that do it. */
  children?: ReactNode;
}

/** Stands where there is nothing yet, and says what to do about it. */
export function EmptyState({ title, hint, icon, children }: EmptyStateProps) {
  return (
    <Stack align="center" gap="xs" py="lg" px="md" ta="center">
      {icon && (
        <ThemeIcon variant="light" size={48} radius="xl" aria-hidden>
          {icon}
        </ThemeIcon>
      )}
      <Title order={3} size="h5">
        {title}
      </Title>
      {hint && (
        <Text c="dimmed" maw={460}>
          {hint}
        </Text>
      )}
      {children && (
        <Group justify="center" mt="xs" gap="sm" align="flex-start">
          {children}
        </Group>
      )}
    </Stack>
  );
}

import { Group, Text } from '@mantine/core';
import { IconSend } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { formatTimeWithSeconds } from '../format/instants.ts';
import { useWords } from '../i18n/language.ts';
import { problemText } from '../api/problem-text.ts';
import { ActionButton } from '../ui/action-button.tsx';
import type { DraftState } from './draft-keeper.ts';
import classes from './submit-bar.module.css';

interface SubmitBarProps {
  draft: DraftState;
  isSubmitting: boolean;
  disabledReason: string | undefined;
  onSubmit: () => void;
}

/** What is safe, and the next step; on a wide screen always in view. */
export function SubmitBar({ draft, isSubmitting, disabledReason, onSubmit }: SubmitBarProps) {
  const { t } = useTranslation();
  return (
    <Group className={classes['bar']} justify="space-between" gap="md">
      <SaveState draft={draft} />
      <ActionButton
        size="md"
        leftSection={<IconSend size={20} aria-hidden />}
        loading={isSubmitting}
        disabledReason={disabledReason}
        onClick={onSubmit}
      >
        {t('bulletins.compose.submit')}
      </ActionButton>
    </Group>
  );
}

function SaveState({ draft: { phase, savedAtMs, error } }: { draft: DraftState }) {
  const { t } = useTranslation();
  const words = useWords();
  if (phase === 'failed') {
    const { what, wayOut } = problemText(words, error);
    return (
      <Text role="alert" size="sm" c="var(--tt-bad)" style={{ flex: '1 1 240px' }}>
        {t('bulletins.compose.notSaved', { what, wayOut })}
      </Text>
    );
  }
  const said = {
    saved:
      savedAtMs === undefined
        ? t('bulletins.compose.nothingYet')
        : t('bulletins.compose.savedAt', { at: formatTimeWithSeconds(savedAtMs) }),
    unsaved: t('bulletins.compose.unsaved'),
    saving: t('bulletins.compose.saving'),
    torn: t('bulletins.compose.torn'),
  };
  return (
    <Text role="status" size="sm" c="dimmed" style={{ flex: '1 1 200px' }}>
      {said[phase]}
    </Text>
  );
}

import { PasswordInput, Stack } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useWrite } from '../api/queries.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { sayDone } from '../ui/notify.tsx';
import { ProblemAlert } from '../ui/problem-alert.tsx';

const CHARACTERS_MIN = 12;

export function ChangePasswordPanel({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const [currentPassword, setCurrent] = useState('');
  const [newPassword, setNew] = useState('');
  const isLongEnough = newPassword.length >= CHARACTERS_MIN;
  const change = useWrite('changePassword', {
    onDone: () => {
      sayDone(t('frame.passwordChanged'));
      onDone();
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (isLongEnough) change.mutate({ body: { currentPassword, newPassword } });
      }}
    >
      <Stack>
        <PasswordInput
          label={t('frame.currentPassword')}
          value={currentPassword}
          onChange={(event) => setCurrent(event.currentTarget.value)}
          autoComplete="current-password"
        />
        <PasswordInput
          label={t('frame.newPassword')}
          description={t('frame.newPasswordHint')}
          value={newPassword}
          onChange={(event) => setNew(event.currentTarget.value)}
          autoComplete="new-password"
        />
        <ProblemAlert error={change.error} />
        <ActionButton
          type="submit"
          loading={change.isPending}
          disabledReason={isLongEnough ? undefined : t('frame.passwordTooShort')}
        >
          {t('frame.savePassword')}
        </ActionButton>
      </Stack>
    </form>
  );
}

import { Button, Card, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconArrowLeft, IconHistory } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Account } from '#contract/account.ts';
import type { Area } from '#contract/area.ts';
import { useWrite } from '../api/queries.ts';
import { useAccount } from '../api/session.ts';
import { paths } from '../paths.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { LinkButton } from '../ui/link-button.tsx';
import { sayDone } from '../ui/notify.tsx';
import { ProblemAlert } from '../ui/problem-alert.tsx';
import { AccountStateBadges } from './account-state-badges.tsx';
import { branchesOf, GrantFields, grantsOf } from './grant-fields.tsx';
import { isPasswordLongEnough, PasswordField } from './password-field.tsx';

interface AccountPanelProps {
  account: Account;
  areas: readonly Area[];
  onBack: () => void;
}

/** Everything that can be changed about one account. */
export function AccountPanel({ account, areas, onBack }: AccountPanelProps) {
  const { t } = useTranslation();
  const heading = useRef<HTMLHeadingElement>(null);
  // It comes in place of a list that may have been scrolled far down.
  useEffect(() => {
    window.scrollTo(0, 0);
    heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <Stack gap="lg">
      <Group justify="space-between">
        <Button variant="default" leftSection={<IconArrowLeft size={18} aria-hidden />} onClick={onBack}>
          {t('administration.backToAccounts')}
        </Button>
        <LinkButton
          variant="default"
          to={paths.audit}
          search={{ subject: account.accountId }}
          leftSection={<IconHistory size={18} aria-hidden />}
        >
          {t('administration.seeAudit')}
        </LinkButton>
      </Group>
      <div>
        <Title order={2} size="h3" ref={heading} tabIndex={-1}>
          {account.displayName}
        </Title>
        <Group gap="sm">
          <Text c="dimmed">{account.username}</Text>
          <AccountStateBadges account={account} />
        </Group>
      </div>
      <Card withBorder radius="lg" padding="lg">
        <NameAndRoles key={account.accountId} account={account} areas={areas} />
      </Card>
      <Card withBorder radius="lg" padding="lg">
        <Title order={3} size="h4" mb="sm">
          {t('administration.signingIn')}
        </Title>
        <Group gap="sm" align="flex-start">
          <ResetPassword account={account} />
          <ClearSecondFactor account={account} />
          <ChangeState account={account} />
        </Group>
      </Card>
    </Stack>
  );
}

function NameAndRoles({ account, areas }: Omit<AccountPanelProps, 'onBack'>) {
  const { t } = useTranslation();
  const [displayName, setDisplayName] = useState(account.displayName);
  const [branches, setBranches] = useState(() => branchesOf(account.grants));
  const change = useWrite('changeAccount', {
    invalidates: ['listAccounts', 'readSession'],
    onDone: (changed) => sayDone(t('administration.accountSaved', { name: changed.displayName })),
  });
  const missing = displayName.trim() === '' ? t('administration.nameMissing') : undefined;
  const submit = (event: React.FormEvent) => {
    event.preventDefault();
    if (missing !== undefined) return;
    change.mutate({
      params: { accountId: account.accountId },
      body: { displayName: displayName.trim(), grants: grantsOf(branches) },
    });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Title order={3} size="h4">
          {t('administration.nameAndRoles')}
        </Title>
        <TextInput
          label={t('administration.displayName')}
          description={t('administration.displayNameHint')}
          value={displayName}
          onChange={(event) => setDisplayName(event.currentTarget.value)}
          maxLength={120}
        />
        <GrantFields areas={areas} branches={branches} onChange={setBranches} />
        <ProblemAlert error={change.error} />
        <Group>
          <ActionButton type="submit" loading={change.isPending} disabledReason={missing}>
            {t('administration.save')}
          </ActionButton>
        </Group>
      </Stack>
    </form>
  );
}

function ResetPassword({ account }: { account: Account }) {
  const { t } = useTranslation();
  const isMe = useAccount().accountId === account.accountId;
  const [password, setPassword] = useState('');
  const change = useWrite('changeAccount', { invalidates: ['listAccounts'] });
  const name = account.displayName;
  return (
    <FormDialog
      label={t('administration.resetPassword')}
      title={t('administration.resetPasswordOf', { name })}
      submitLabel={t('administration.resetPassword')}
      disabledReason={isMe ? t('administration.ownPassword') : undefined}
      missing={isPasswordLongEnough(password) ? undefined : t('administration.passwordTooShort')}
      onOpen={() => setPassword('')}
      onSubmit={async () => {
        await change.mutateAsync({ params: { accountId: account.accountId }, body: { password } });
        sayDone(t('administration.passwordReset', { name }));
      }}
    >
      <Text>{t('administration.resetPasswordHint')}</Text>
      <PasswordField value={password} onChange={setPassword} />
    </FormDialog>
  );
}

function ClearSecondFactor({ account }: { account: Account }) {
  const { t } = useTranslation();
  const isMe = useAccount().accountId === account.accountId;
  const change = useWrite('changeAccount', { invalidates: ['listAccounts'] });
  const name = account.displayName;
  const hindrance = () => {
    if (!account.hasSecondFactor) return t('administration.noSecondFactor');
    return isMe ? t('administration.ownSecondFactor') : undefined;
  };
  return (
    <ConfirmButton
      label={t('administration.clearSecondFactor')}
      question={t('administration.clearSecondFactorQuestion', { name })}
      confirmLabel={t('administration.clearSecondFactor')}
      isDangerous
      disabledReason={hindrance()}
      onConfirm={async () => {
        await change.mutateAsync({ params: { accountId: account.accountId }, body: { clearSecondFactor: true } });
        sayDone(t('administration.secondFactorCleared', { name }));
      }}
    />
  );
}

function ChangeState({ account }: { account: Account }) {
  const { t } = useTranslation();
  const isMe = useAccount().accountId === account.accountId;
  const change = useWrite('changeAccount', { invalidates: ['listAccounts'] });
  const name = account.displayName;
  const isActive = account.state === 'active';
  const save = async () => {
    const state = isActive ? 'disabled' : 'active';
    await change.mutateAsync({ params: { accountId: account.accountId }, body: { state } });
    sayDone(t(isActive ? 'administration.disabled' : 'administration.enabled', { name }));
  };
  return (
    <ConfirmButton
      label={t(isActive ? 'administration.disable' : 'administration.enable')}
      question={t(isActive ? 'administration.disableQuestion' : 'administration.enableQuestion', { name })}
      confirmLabel={t(isActive ? 'administration.disable' : 'administration.enable')}
      isDangerous={isActive}
      disabledReason={isMe ? t('administration.ownState') : undefined}
      onConfirm={save}
    />
  );
}

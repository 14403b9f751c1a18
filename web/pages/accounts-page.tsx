import { Button, Card, Center, Stack, Text, TextInput, UnstyledButton } from '@mantine/core';
import { IconPlus, IconUsers } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Account, Username } from '#contract/account.ts';
import type { Area } from '#contract/area.ts';
import { callApi } from '../api/api-client.ts';
import { useRead, useWrite } from '../api/queries.ts';
import { useAccount, useHasRole } from '../api/session.ts';
import { AccountPanel } from '../components/account-panel.tsx';
import { AccountStateBadges } from '../components/account-state-badges.tsx';
import { AdministrationTabs } from '../components/administration-tabs.tsx';
import { useHoldsIn } from '../components/area-rights.ts';
import { type BranchGrants, branchesOf, GrantFields, grantsOf } from '../components/grant-fields.tsx';
import { isPasswordLongEnough, PasswordField } from '../components/password-field.tsx';
import { useWords } from '../i18n/language.ts';
import { DataTable } from '../ui/data-table.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { LoadingState } from '../ui/loading-state.tsx';
import { sayDone } from '../ui/notify.tsx';
import { PageHeader } from '../ui/page-header.tsx';
import { ProblemAlert } from '../ui/problem-alert.tsx';
import { StateBadge } from '../ui/state-badge.tsx';

/** Who may come in, and what each may do where. */
export function AccountsPage() {
  const { t } = useTranslation();
  const [openedId, setOpenedId] = useState<string>();
  const { data } = useRead('listAreas');
  const areas = data?.entries ?? [];
  const holdsIn = useHoldsIn(areas);
  const mine = areas.filter((area) => holdsIn(area.areaId, 'administrator'));
  const query = useAccountPages();
  const accounts = query.data?.pages.flatMap((page) => page.entries) ?? [];
  const opened = accounts.find(({ accountId }) => accountId === openedId);
  return (
    <>
      <AdministrationTabs />
      <PageHeader title={t('administration.accountsTitle')} hint={t('administration.accountsHint')}>
        <AddAccount areas={mine} />
      </PageHeader>
      {query.error ? <ProblemAlert error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.isPending && <LoadingState />}
      {opened && <AccountPanel account={opened} areas={mine} onBack={() => setOpenedId(undefined)} />}
      {query.data && !opened && (
        <Card withBorder radius="lg" padding="lg">
          <AccountTable accounts={accounts} areas={areas} onOpen={setOpenedId} />
          {query.hasNextPage && (
            <Center mt="md">
              <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                {t('administration.more')}
              </Button>
            </Center>
          )}
        </Card>
      )}
    </>
  );
}

function useAccountPages() {
  return useInfiniteQuery({
    queryKey: ['listAccounts', { isPaged: true }],
    queryFn: ({ signal, pageParam }) =>
      callApi('listAccounts', { query: { limit: 50, ...(pageParam === '' ? {} : { after: pageParam }) } }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  });
}

interface AccountTableProps {
  accounts: readonly Account[];
  areas: readonly Area[];
  onOpen: (accountId: string) => void;
}

function AccountTable({ accounts, areas, onOpen }: AccountTableProps) {
  const { t } = useTranslation();
  return (
    <DataTable
      caption={t('administration.accountsTitle')}
      rows={accounts}
      rowKey={(account) => account.accountId}
      empty={<EmptyState title={t('administration.noAccounts')} icon={<IconUsers />} />}
      columns={[
        {
          key: 'name',
          header: t('administration.account'),
          cell: (account) => <AccountName account={account} onOpen={onOpen} />,
        },
        { key: 'roles', header: t('administration.roles'), cell: (account) => <Roles account={account} areas={areas} /> },
        { key: 'state', header: t('administration.state'), cell: (account) => <AccountStateBadges account={account} /> },
        {
          key: 'second-factor',
          header: t('administration.secondFactor'),
          cell: ({ hasSecondFactor }) => (
            <div>
              <StateBadge
                tone={hasSecondFactor ? 'good' : 'neutral'}
                label={t(hasSecondFactor ? 'administration.secondFactorOn' : 'administration.secondFactorOff')}
              />
            </div>
          ),
        },
        {
          key: 'actions',
          header: t('administration.actions'),
          cell: (account) => (
            <Button
              variant="default"
              size="compact-md"
              aria-label={t('administration.changeOf', { name: account.displayName })}
              onClick={() => onOpen(account.accountId)}
            >
              {t('administration.change')}
            </Button>
          ),
        },
      ]}
    />
  );
}

function AccountName({ account, onOpen }: { account: Account; onOpen: (accountId: string) => void }) {
  const { t } = useTranslation();
  const isMe = useAccount().accountId === account.accountId;
  return (
    <div>
      <UnstyledButton fw={600} onClick={() => onOpen(account.accountId)}>
        {account.displayName}
      </UnstyledButton>
      <Text size="sm" c="dimmed" fw={400}>
        {account.username}
        {isMe && ` · ${t('administration.you')}`}
      </Text>
    </div>
  );
}

function Roles({ account, areas }: { account: Account; areas: readonly Area[] }) {
  const { t } = useTranslation();
  const { words } = useWords();
  if (account.grants.length === 0) return <Text c="dimmed">{t('administration.noRoles')}</Text>;
  const nameOf = new Map(areas.map(({ areaId, name }) => [areaId, name]));
  return (
    <Stack gap={2}>
      {branchesOf(account.grants).map(({ areaId, roles }) => (
        <Text key={areaId} inherit>
          {roles.map((role) => words.role[role]).join(', ')}
          <Text span c="dimmed">
            {` – ${nameOf.get(areaId) ?? t('administration.nameless')}`}
          </Text>
        </Text>
      ))}
    </Stack>
  );
}

function AddAccount({ areas }: { areas: readonly Area[] }) {
  const { t } = useTranslation();
  const isAdministrator = useHasRole('administrator');
  const [displayName, setDisplayName] = useState('');
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [branches, setBranches] = useState<BranchGrants[]>([]);
  const create = useWrite('createAccount', { invalidates: ['listAccounts'] });
  const reset = () => {
    setDisplayName('');
    setUsername('');
    setPassword('');
    // Most people work for the commune: offered first where there is one.
    const likely = areas.find(({ level }) => level === 'commune') ?? areas[0];
    setBranches(likely ? [{ areaId: likely.areaId, roles: [] }] : []);
  };
  const missing = () => {
    if (displayName.trim() === '') return t('administration.nameMissing');
    if (!Username.safeParse(username).success) return t('administration.usernameWrong');
    if (!isPasswordLongEnough(password)) return t('administration.passwordTooShort');
    return grantsOf(branches).length === 0 ? t('administration.grantsMissing') : undefined;
  };
  return (
    <FormDialog
      label={t('administration.addAccount')}
      title={t('administration.addAccount')}
      submitLabel={t('administration.addAccount')}
      variant="filled"
      leftSection={<IconPlus size={18} aria-hidden />}
      disabledReason={isAdministrator ? undefined : t('administration.onlyAdministrator')}
      missing={missing()}
      onOpen={reset}
      onSubmit={async () => {
        const body = { username, displayName: displayName.trim(), password, grants: grantsOf(branches) };
        const made = await create.mutateAsync({ body });
        sayDone(t('administration.accountCreated', { name: made.displayName }));
      }}
    >
      <TextInput
        label={t('administration.displayName')}
        description={t('administration.displayNameHint')}
        value={displayName}
        onChange={(event) => setDisplayName(event.currentTarget.value)}
        maxLength={120}
        data-autofocus
      />
      <TextInput
        label={t('administration.username')}
        description={t('administration.usernameHint')}
        value={username}
        onChange={(event) => setUsername(event.currentTarget.value.toLowerCase())}
        maxLength={40}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
      />
      <PasswordField value={password} onChange={setPassword} />
      <GrantFields areas={areas} branches={branches} onChange={setBranches} />
    </FormDialog>
  );
}

import { Box, Button, Center, Group, Paper, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isProblem } from '../api/problem-error.ts';
import { useWrite } from '../api/queries.ts';
import { useChangeSession } from '../api/session.ts';
import { changeLanguage, useLanguage } from '../i18n/language.ts';
import { PageHeader } from '../ui/page-header.tsx';
import { ProblemAlert } from '../ui/problem-alert.tsx';

export function SignInPage() {
  const { t } = useTranslation();
  return (
    <Center component="main" mih="100dvh" p="md">
      <Box w="100%" maw={400}>
        <Group mb="lg" gap="md" wrap="nowrap">
          <img src="/icon.svg" alt="" width={52} height={52} />
          <div>
            <Text fw={600} size="xl" lh={1.2}>
              {t('frame.product')}
            </Text>
            <Text c="dimmed">{t('home.signInWelcome')}</Text>
          </div>
        </Group>
        <Paper withBorder p="xl" radius="lg">
          <PageHeader title={t('home.signInTitle')} />
          <SignInForm />
        </Paper>
        <Group justify="center" mt="md">
          <OtherLanguage />
        </Group>
      </Box>
    </Center>
  );
}

function SignInForm() {
  const { t } = useTranslation();
  const change = useChangeSession();
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [isCodeAsked, setCodeAsked] = useState(false);
  const signIn = useWrite('signIn', { onDone: change });
  const isFilled = username !== '' && password !== '';
  // Being asked for the code is no failure: the field says it.
  const error = isProblem(signIn.error, 'second-factor-required') ? null : signIn.error;

  const submit = (event: React.FormEvent) => {
    event.preventDefault();
    if (!isFilled) return;
    signIn.mutate(
      { body: { username: username.trim().toLowerCase(), password, ...(isCodeAsked ? { code } : {}) } },
      { onError: (thrown) => isProblem(thrown, 'second-factor-required') && setCodeAsked(true) },
    );
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label={t('home.username')}
          value={username}
          onChange={(event) => setUsername(event.currentTarget.value)}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
          size="md"
        />
        <PasswordInput
          label={t('home.password')}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          autoComplete="current-password"
          size="md"
        />
        {isCodeAsked && (
          <TextInput
            label={t('home.code')}
            description={t('home.codeHint')}
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
            inputMode="numeric"
            autoComplete="one-time-code"
            maxLength={7}
            autoFocus
            size="md"
          />
        )}
        <ProblemAlert error={error} />
        <Button type="submit" size="md" loading={signIn.isPending} fullWidth>
          {t('home.signIn')}
        </Button>
      </Stack>
    </form>
  );
}

function OtherLanguage() {
  const { t } = useTranslation();
  const other = useLanguage() === 'vi' ? 'en' : 'vi';
  return (
    <Button variant="subtle" lang={other} onClick={() => void changeLanguage(other)}>
      {t(other === 'en' ? 'frame.english' : 'frame.vietnamese')}
    </Button>
  );
}

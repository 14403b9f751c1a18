import { Button, Code, Stack, Text, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { invalidate, useWrite } from '../api/queries.ts';
import { useQueryClient } from '@tanstack/react-query';
import { useAccount, useChangeSession } from '../api/session.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { sayDone } from '../ui/notify.tsx';
import { ProblemAlert } from '../ui/problem-alert.tsx';

interface PanelProps {
  onDone: () => void;
}

/** Two-step sign-in of my own account: set up by QR, or taken away against a code. */
export function SecondFactorPanel({ onDone }: PanelProps) {
  const { hasSecondFactor } = useAccount();
  return hasSecondFactor ? <TakeAway onDone={onDone} /> : <SetUp onDone={onDone} />;
}

function SetUp({ onDone }: PanelProps) {
  const { t } = useTranslation();
  const change = useChangeSession();
  const begin = useWrite('beginSecondFactor');
  const confirm = useWrite('confirmSecondFactor', {
    onDone: (session) => {
      change(session);
      sayDone(t('frame.secondFactorDone'));
      onDone();
    },
  });
  if (!begin.data)
    return (
      <Stack>
        <Text>{t('frame.secondFactorWhy')}</Text>
        <ProblemAlert error={begin.error} />
        <Button loading={begin.isPending} onClick={() => begin.mutate({ body: {} })}>
          {t('frame.secondFactorBegin')}
        </Button>
      </Stack>
    );
  const { qrSvg, secret } = begin.data;
  return (
    <CodeForm
      label={t('frame.secondFactorConfirm')}
      error={confirm.error}
      isRunning={confirm.isPending}
      onCode={(code) => confirm.mutate({ body: { code } })}
    >
      <Text>{t('frame.secondFactorScan')}</Text>
      {/* As an image: whatever is in it can't act in the page. */}
      <img
        src={`data:image/svg+xml;utf8,${encodeURIComponent(qrSvg)}`}
        alt={t('frame.secondFactorQr')}
        width={220}
        height={220}
        style={{ alignSelf: 'center', background: '#fff', padding: 8, borderRadius: 8 }}
      />
      <Text size="sm">{t('frame.secondFactorSecret')}</Text>
      <Code block>{secret}</Code>
    </CodeForm>
  );
}

function TakeAway({ onDone }: PanelProps) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const remove = useWrite('removeSecondFactor', {
    onDone: () => {
      void invalidate(queryClient, 'readSession');
      sayDone(t('frame.secondFactorRemoved'));
      onDone();
    },
  });
  return (
    <CodeForm
      label={t('frame.secondFactorRemove')}
      error={remove.error}
      isRunning={remove.isPending}
      onCode={(code) => remove.mutate({ body: { code } })}
    >
      <Text>{t('frame.secondFactorOn')}</Text>
    </CodeForm>
  );
}

interface CodeFormProps {
  label: string;
  error: Error | null;
  isRunning: boolean;
  onCode: (code: string) => void;
  children: ReactNode;
}

function CodeForm({ label, error, isRunning, onCode, children }: CodeFormProps) {
  const { t } = useTranslation();
  const [code, setCode] = useState('');
  const isWhole = code.replace(/\s/g, '').length === 6;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (isWhole) onCode(code);
      }}
    >
      <Stack>
        {children}
        <TextInput
          label={t('frame.secondFactorCode')}
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={7}
        />
        <ProblemAlert error={error} />
        <ActionButton type="submit" loading={isRunning} disabledReason={isWhole ? undefined : t('frame.codeMissing')}>
          {label}
        </ActionButton>
      </Stack>
    </form>
  );
}

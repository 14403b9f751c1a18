import { Group, Stack, Text, Textarea, TextInput, Title } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Area } from '#contract/area.ts';
import type { UnknownToken } from '#contract/bulletin.ts';
import type { ApiReply } from '../api/api-client.ts';
import { useWrite } from '../api/queries.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { sayDone } from '../ui/notify.tsx';
import { ProblemAlert } from '../ui/problem-alert.tsx';
import { useHoldsIn } from './area-rights.ts';

interface SpokenTrialProps {
  area: Area;
  areas: readonly Area[];
  /** Why words can't be added. */
  blocked: string | undefined;
}

const CHARACTERS_MAX = 2_000;

/** Shows how a text would be said here, and takes the words that are not known into the dictionary. */
export function SpokenTrial({ area, areas, blocked }: SpokenTrialProps) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const mayTry = useHoldsIn(areas)(area.areaId, 'author', 'approver', 'duty-officer');
  const normalise = useWrite('normaliseText');
  const missing = text.trim() === '' ? t('administration.tryMissing') : undefined;
  const run = () => normalise.mutate({ body: { areaId: area.areaId, text } });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (missing === undefined && mayTry) run();
      }}
    >
      <Stack gap="sm">
        <Title order={2} size="h4">
          {t('administration.tryText')}
        </Title>
        <Textarea
          label={t('administration.tryLabel')}
          description={t('administration.tryTextHint')}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          maxLength={CHARACTERS_MAX}
          autosize
          minRows={2}
          maxRows={8}
        />
        <ActionButton
          type="submit"
          loading={normalise.isPending}
          disabledReason={mayTry ? missing : t('administration.mayNotTry')}
        >
          {t('administration.tryButton')}
        </ActionButton>
        <ProblemAlert error={normalise.error} />
        <div role="status">
          {normalise.data && <Reading result={normalise.data} area={area} blocked={blocked} onTaught={run} />}
        </div>
      </Stack>
    </form>
  );
}

interface ReadingProps {
  result: ApiReply<'normaliseText'>;
  area: Area;
  blocked: string | undefined;
  onTaught: () => void;
}

function Reading({ result, area, blocked, onTaught }: ReadingProps) {
  const { t } = useTranslation();
  const unknown = [...new Map(result.unknownTokens.map((token) => [token.written, token])).values()];
  return (
    <Stack gap="xs">
      <Text fw={600}>{t('administration.willBeSaid')}</Text>
      <Text lang="vi" size="lg" lh={1.6}>
        {result.spoken}
      </Text>
      <Text fw={600}>
        {unknown.length === 0 ? t('administration.allKnown') : t('administration.unknownWords', { count: unknown.length })}
      </Text>
      {unknown.map((token) => (
        <Group key={token.written} justify="space-between">
          <Text>{t('administration.readAs', { written: token.written, spoken: token.spoken })}</Text>
          <TeachWord token={token} area={area} blocked={blocked} onTaught={onTaught} />
        </Group>
      ))}
    </Stack>
  );
}

interface TeachWordProps {
  token: UnknownToken;
  area: Area;
  blocked: string | undefined;
  onTaught: () => void;
}

function TeachWord({ token, area, blocked, onTaught }: TeachWordProps) {
  const { t } = useTranslation();
  const [spoken, setSpoken] = useState(token.spoken);
  const create = useWrite('createDictionaryEntry', { invalidates: ['listDictionary'] });
  const { written } = token;
  return (
    <FormDialog
      label={t('administration.teach', { written })}
      title={t('administration.teach', { written })}
      submitLabel={t('administration.addWord')}
      size="compact-md"
      disabledReason={blocked}
      missing={spoken.trim() === '' ? t('administration.wordMissing') : undefined}
      onOpen={() => setSpoken(token.spoken)}
      onSubmit={async () => {
        await create.mutateAsync({ params: { areaId: area.areaId }, body: { written, spoken: spoken.trim() } });
        sayDone(t('administration.wordAdded', { written }));
        onTaught();
      }}
    >
      <TextInput
        label={t('administration.spoken')}
        description={t('administration.spokenHint')}
        value={spoken}
        onChange={(event) => setSpoken(event.currentTarget.value)}
        maxLength={200}
        data-autofocus
      />
    </FormDialog>
  );
}

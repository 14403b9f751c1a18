import { Button, Card, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { UnknownToken } from '#contract/bulletin.ts';
import { useWrite } from '../api/queries.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { sayDone } from '../ui/notify.tsx';
import { ProblemAlert } from '../ui/problem-alert.tsx';

interface UnknownWordsProps {
  areaId: string;
  tokens: readonly UnknownToken[];
}

const SHOWN_MAX = 12;

/** Words that the rules can't vouch for: each with what will be said, and a way to teach it. */
export function UnknownWords({ areaId, tokens }: UnknownWordsProps) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<UnknownToken | undefined>();
  const distinct = [...new Map(tokens.map((token) => [token.written, token])).values()];
  if (distinct.length === 0) return null;
  return (
    <Card
      component="section"
      aria-label={t('bulletins.compose.unknownTitle')}
      padding="sm"
      radius="md"
      bg="var(--tt-attention-ground)"
    >
      <Text fw={600} size="sm" c="var(--tt-attention)" mb={4}>
        {t('bulletins.compose.unknownWords', { count: distinct.length })}
      </Text>
      <Stack component="ul" gap={6} m={0} p={0} style={{ listStyle: 'none' }}>
        {distinct.slice(0, SHOWN_MAX).map((token) => (
          <Group component="li" key={token.written} justify="space-between" gap="xs">
            <Text size="sm" style={{ flex: '1 1 160px', minWidth: 0 }}>
              {token.spoken === ''
                ? t('bulletins.compose.staysSilent', { written: token.written })
                : t('bulletins.compose.willBeSaid', { written: token.written, spoken: token.spoken })}
            </Text>
            <Button
              size="compact-md"
              variant="default"
              aria-label={t('bulletins.compose.teachWord', { written: token.written })}
              onClick={() => setChosen(token)}
            >
              {t('bulletins.compose.teach')}
            </Button>
          </Group>
        ))}
      </Stack>
      {distinct.length > SHOWN_MAX && (
        <Text size="sm" mt={6}>
          {t('bulletins.compose.unknownMore', { count: distinct.length - SHOWN_MAX })}
        </Text>
      )}
      <Modal
        opened={chosen !== undefined}
        onClose={() => setChosen(undefined)}
        title={t('bulletins.compose.teachTitle')}
        closeButtonProps={{ 'aria-label': t('ui.close') }}
      >
        {chosen && <TeachForm key={chosen.written} areaId={areaId} token={chosen} onDone={() => setChosen(undefined)} />}
      </Modal>
    </Card>
  );
}

function TeachForm({ areaId, token, onDone }: { areaId: string; token: UnknownToken; onDone: () => void }) {
  const { t } = useTranslation();
  const [spoken, setSpoken] = useState('');
  const teach = useWrite('createDictionaryEntry', {
    invalidates: ['normaliseText', 'listDictionary'],
    onDone: () => {
      sayDone(t('bulletins.compose.taught', { written: token.written }));
      onDone();
    },
  });
  const submit = (event: React.FormEvent) => {
    event.preventDefault();
    if (spoken.trim() !== '')
      teach.mutate({ params: { areaId }, body: { written: token.written.trim(), spoken: spoken.trim() } });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput label={t('bulletins.compose.written')} value={token.written} readOnly />
        <TextInput
          label={t('bulletins.compose.spokenAs')}
          description={t('bulletins.compose.spokenAsHint')}
          value={spoken}
          maxLength={200}
          data-autofocus
          onChange={(event) => setSpoken(event.currentTarget.value)}
        />
        <ProblemAlert error={teach.error} />
        <Group justify="flex-end" align="flex-start">
          <Button variant="default" onClick={onDone}>
            {t('ui.cancel')}
          </Button>
          <ActionButton
            type="submit"
            loading={teach.isPending}
            disabledReason={spoken.trim() === '' ? t('bulletins.compose.spokenMissing') : undefined}
          >
            {t('bulletins.compose.teach')}
          </ActionButton>
        </Group>
      </Stack>
    </form>
  );
}

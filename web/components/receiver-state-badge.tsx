import { Stack, Text } from '@mantine/core';
import type { Receiver, ReceiverState } from '#contract/receiver.ts';
import { useWords } from '../i18n/language.ts';
import { StateBadge, type Tone } from '../ui/state-badge.tsx';
import { useReasonSentence } from './reason-sentence.ts';

const TONES: Record<ReceiverState, Tone> = { active: 'neutral', revoked: 'bad', quarantined: 'attention' };

export function ReceiverStanding({ receiver: { state, stateReason } }: { receiver: Pick<Receiver, 'state' | 'stateReason'> }) {
  const { words } = useWords();
  const sentenceOf = useReasonSentence();
  return (
    <Stack gap={4} align="flex-start">
      <StateBadge tone={TONES[state]} label={words.receiverState[state]} />
      {state !== 'active' && stateReason !== null && <Text size="sm">{sentenceOf(stateReason)}</Text>}
    </Stack>
  );
}

import { Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Receiver } from '#contract/receiver.ts';
import { formatSpan } from '../format/durations.ts';
import { formatRelativeInstant } from '../format/instants.ts';
import { useWords } from '../i18n/language.ts';
import { StateBadge, type Tone } from '../ui/state-badge.tsx';
import { useReasonSentence } from './reason-sentence.ts';

export const PRESENCE_TONES: Record<Receiver['presence'], Tone> = { online: 'good', offline: 'bad', unknown: 'unknown' };

type Present = Pick<Receiver, 'presence' | 'presenceReason' | 'presenceSince' | 'lastSeenAt'>;

/** Whether a receiver is there, since when, and why not. */
export function PresenceStanding({ receiver }: { receiver: Present }) {
  const { t } = useTranslation();
  const { words } = useWords();
  const sentenceOf = useReasonSentence();
  const { presence, presenceReason, presenceSince, lastSeenAt } = receiver;
  const isNew = presence === 'unknown' && lastSeenAt === null;
  const reason = isNew ? t('receivers.neverSeenHint') : presenceReason && sentenceOf(presenceReason);
  return (
    <Stack gap={4} align="flex-start">
      <StateBadge tone={PRESENCE_TONES[presence]} label={isNew ? t('receivers.neverSeen') : words.presence[presence]} />
      {presenceSince !== null && (
        <Text size="sm" c="dimmed">
          {t('receivers.sinceFor', {
            since: formatRelativeInstant(presenceSince, Date.now(), words),
            span: formatSpan(Date.now() - Date.parse(presenceSince), words),
          })}
        </Text>
      )}
      {presence !== 'online' && reason && (
        <Text size="sm" maw={380}>
          {reason}
        </Text>
      )}
    </Stack>
  );
}

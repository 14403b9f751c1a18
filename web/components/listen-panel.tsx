import { Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Bulletin, Listening, Rendition } from '#contract/bulletin.ts';
import { apiAddress } from '../api/api-client.ts';
import { useWrite } from '../api/queries.ts';
import { useAccount, useHasRole } from '../api/session.ts';
import { formatDuration } from '../format/durations.ts';
import { formatInstant } from '../format/instants.ts';
import { formatNumber } from '../format/sizes.ts';
import { useLanguage, useWords } from '../i18n/language.ts';
import { AudioPlayer } from '../ui/audio-player.tsx';
import { FactList } from '../ui/fact-list.tsx';
import { sayProblem } from '../ui/notify.tsx';
import { StateBadge } from '../ui/state-badge.tsx';

/** What renditions are brought to, and how far from it they may be (design.md, decision 14). */
const TARGET_LUFS = { normal: -16, priority: -16, emergency: -14 } as const;
const TOLERANCE_LU = 1;

interface ListenPanelProps {
  bulletin: Bulletin;
  sound: Rendition | undefined;
  /** Who played this very audio to its end. */
  listeners: readonly Listening[];
}

/** The very audio that will sound, what was measured on it, and who has heard all of it. */
export function ListenPanel({ bulletin, sound, listeners }: ListenPanelProps) {
  const { t } = useTranslation();
  const { words } = useWords();
  if (!sound) {
    const { state } = bulletin.rendering;
    return (
      <Text>
        {state === 'failed' ? t('approvals.soundFailed') : t('approvals.noSound', { state: words.renderingState[state] })}
      </Text>
    );
  }
  return (
    <Stack gap="md">
      <Player bulletin={bulletin} sound={sound} />
      <ListenedBy listeners={listeners} />
      <Measured bulletin={bulletin} sound={sound} />
    </Stack>
  );
}

function Player({ bulletin, sound }: { bulletin: Bulletin; sound: Rendition }) {
  const { t } = useTranslation();
  const mayNote = useHasRole('approver', 'author', 'duty-officer');
  const { bulletinId, revision } = bulletin;
  const { sha256 } = sound;
  const note = useWrite('noteListening', { invalidates: ['readListening'] });
  const noteEnd = () => note.mutate({ params: { bulletinId }, body: { revision, sha256 } }, { onError: sayProblem });
  return (
    <AudioPlayer
      key={`${revision} ${sha256}`}
      src={apiAddress('readRendition', { params: { bulletinId, sha256 } })}
      title={bulletin.title || t('approvals.untitled')}
      durationMs={sound.durationMs}
      hasWaveform
      {...(mayNote ? { onPlayedToEnd: noteEnd } : {})}
    />
  );
}

function ListenedBy({ listeners }: { listeners: readonly Listening[] }) {
  const { t } = useTranslation();
  const { accountId } = useAccount();
  const mine = listeners.find((one) => one.accountId === accountId);
  const others = listeners.filter((one) => one.accountId !== accountId);
  return (
    <Stack gap={4} role="status" align="flex-start">
      <StateBadge tone={mine ? 'good' : 'attention'} label={t(mine ? 'approvals.listened' : 'approvals.notListened')} />
      {mine && (
        <Text size="sm" c="dimmed">
          {t('approvals.listenedAt', { at: formatInstant(mine.listenedAt) })}
        </Text>
      )}
      {others.length > 0 && (
        <Text size="sm">{t('approvals.listenedBy', { names: others.map(({ displayName }) => displayName).join(', ') })}</Text>
      )}
    </Stack>
  );
}

function Measured({ bulletin, sound }: { bulletin: Bulletin; sound: Rendition }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const target = TARGET_LUFS[bulletin.class];
  const isRight = Math.abs(sound.loudnessLufs - target) <= TOLERANCE_LU;
  const said = { lufs: formatNumber(sound.loudnessLufs, language, 1), target };
  const voice = sound.voice ?? bulletin.voice;
  const { topics, source, wordsPerMinute } = bulletin;
  return (
    <FactList
      facts={[
        { name: t('approvals.length'), value: formatDuration(sound.durationMs) },
        { name: t('approvals.loudness'), value: t(isRight ? 'approvals.loudnessRight' : 'approvals.loudnessOff', said) },
        {
          name: t('approvals.voice'),
          value: bulletin.kind === 'text' ? t('approvals.voiceSpeed', { voice, wordsPerMinute }) : t('approvals.recorded'),
        },
        ...(source === '' ? [] : [{ name: t('approvals.source'), value: source }]),
        ...(topics.length === 0 ? [] : [{ name: t('approvals.topics'), value: topics.join(', ') }]),
      ]}
    />
  );
}

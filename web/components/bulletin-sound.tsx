import { Button, Group, Progress, Stack, Text } from '@mantine/core';
import { IconHeadphones } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Bulletin } from '#contract/bulletin.ts';
import { apiAddress } from '../api/api-client.ts';
import { ProblemError } from '../api/problem-error.ts';
import { useWrite } from '../api/queries.ts';
import { formatDuration } from '../format/durations.ts';
import { useWords } from '../i18n/language.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { AudioPlayer } from '../ui/audio-player.tsx';
import { ProblemAlert } from '../ui/problem-alert.tsx';
import { useRememberBulletin } from './use-draft.ts';

interface BulletinSoundProps {
  /** Undefined while nothing is saved, or while what is saved is older than what is written. */
  bulletin: Bulletin | undefined;
  title: string;
  /** Absent where sound can't be asked for. */
  onPrepare?: (() => void) | undefined;
  isPreparing?: boolean;
  disabledReason?: string | undefined;
  error?: unknown;
}

/** The finished sound of one revision: asked for, being made, there to be heard, or why not. */
export function BulletinSound({ bulletin, title, onPrepare, isPreparing, disabledReason, error }: BulletinSoundProps) {
  const { t } = useTranslation();
  const state = bulletin?.rendering.state ?? 'none';
  const isBusy = state === 'queued' || state === 'running';
  const opus = state === 'done' ? bulletin?.renditions.find(({ codec }) => codec === 'opus') : undefined;
  return (
    <Stack gap="sm">
      {bulletin && isBusy && <Making bulletin={bulletin} />}
      {bulletin && opus && (
        <>
          <AudioPlayer
            key={opus.sha256}
            src={apiAddress('readRendition', { params: { bulletinId: bulletin.bulletinId, sha256: opus.sha256 } })}
            title={title}
            durationMs={opus.durationMs}
            hasWaveform
          />
          <Text size="sm" c="dimmed">
            {t('bulletins.compose.soundReady', { length: formatDuration(opus.durationMs) })}
          </Text>
        </>
      )}
      {state === 'failed' && <ProblemAlert error={failureOf(bulletin)} />}
      {state === 'cancelled' && <Text size="sm">{t('bulletins.compose.soundStopped')}</Text>}
      {onPrepare && !isBusy && !opus && (
        <Group>
          <ActionButton
            variant="default"
            size="md"
            leftSection={<IconHeadphones size={20} aria-hidden />}
            loading={isPreparing ?? false}
            disabledReason={disabledReason}
            onClick={onPrepare}
          >
            {t('bulletins.compose.prepare')}
          </ActionButton>
        </Group>
      )}
      <ProblemAlert error={error ?? null} />
    </Stack>
  );
}

function Making({ bulletin: { bulletinId, rendering } }: { bulletin: Bulletin }) {
  const { t } = useTranslation();
  const { words } = useWords();
  const remember = useRememberBulletin();
  const cancel = useWrite('cancelRendering', { onDone: remember });
  const label = words.renderingState[rendering.state];
  return (
    <div>
      <Text role="status" size="sm" mb={6}>
        {t('bulletins.compose.making', { state: label, percent: rendering.progressPercent })}
      </Text>
      <Progress value={rendering.progressPercent} aria-label={label} mb="sm" />
      <Button variant="default" loading={cancel.isPending} onClick={() => cancel.mutate({ params: { bulletinId } })}>
        {t('bulletins.compose.stopMaking')}
      </Button>
      <ProblemAlert error={cancel.error} />
    </div>
  );
}

function failureOf(bulletin: Bulletin | undefined): unknown {
  return new ProblemError(200, bulletin?.rendering.problem ?? { code: 'render-failed', params: {} });
}

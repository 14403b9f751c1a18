import { Alert, Button, Group, Progress, Stack, Text } from '@mantine/core';
import { IconMicrophone, IconPlayerStopFilled } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../format/durations.ts';
import { dayOf, formatTime } from '../format/instants.ts';
import { AudioPlayer } from '../ui/audio-player.tsx';
import { Microphone, microphoneFault, recordingObstacle } from './microphone.ts';

interface BrowserRecorderProps {
  /** The take that was listened to and chosen. */
  onUse: (file: File) => void;
}

interface Heard {
  file: File;
  address: string;
}

const LOOK_EVERY_MS = 200;
/** The server takes an hour at most. */
const LENGTH_MAX_MS = 60 * 60_000;
/** Below this nothing is worth sending. */
const AUDIBLE_LEVEL = 3;

export function BrowserRecorder({ onUse }: BrowserRecorderProps) {
  const { t } = useTranslation();
  const [microphone, setMicrophone] = useState<Microphone | undefined>();
  const [heard, setHeard] = useState<Heard | undefined>();
  const [fault, setFault] = useState<'forbidden' | 'absent' | 'busy' | undefined>();
  const obstacle = recordingObstacle();
  useLetGo(microphone, heard);
  if (obstacle)
    return (
      <Alert variant="outline" color="gray" title={t('bulletins.compose.cannotRecord')}>
        {t(obstacle === 'insecure' ? 'bulletins.compose.recordInsecure' : 'bulletins.compose.recordUnsupported')}
      </Alert>
    );

  const begin = async () => {
    setFault(undefined);
    setHeard(undefined);
    try {
      setMicrophone(await Microphone.open());
    } catch (error) {
      setFault(microphoneFault(error));
    }
  };
  const end = async () => {
    if (!microphone) return;
    const { blob, ending } = await microphone.stop();
    setMicrophone(undefined);
    const now = Date.now();
    const file = new File([blob], `thu-am-${dayOf(now)}-${formatTime(now).replace(':', 'h')}.${ending}`, { type: blob.type });
    setHeard({ file, address: URL.createObjectURL(blob) });
  };
  return (
    <Stack gap="sm">
      {microphone ? (
        <Recording microphone={microphone} onEnd={() => void end()} />
      ) : (
        <Group>
          <Button
            size="md"
            variant={heard ? 'default' : 'filled'}
            leftSection={<IconMicrophone size={20} aria-hidden />}
            onClick={() => void begin()}
          >
            {t(heard ? 'bulletins.compose.recordAgain' : 'bulletins.compose.record')}
          </Button>
          {heard && (
            <Button size="md" onClick={() => onUse(heard.file)}>
              {t('bulletins.compose.useTake')}
            </Button>
          )}
        </Group>
      )}
      {heard && <AudioPlayer key={heard.address} src={heard.address} title={t('bulletins.compose.take')} />}
      {fault && (
        <Text role="alert" size="sm" c="var(--tt-bad)">
          {t(`bulletins.compose.microphone.${fault}`)}
        </Text>
      )}
    </Stack>
  );
}

/** Time and level while it records: silence is noticed now, not after five minutes. */
function Recording({ microphone, onEnd }: { microphone: Microphone; onEnd: () => void }) {
  const { t } = useTranslation();
  const [{ lengthMs, level, loudest }, setSeen] = useState({ lengthMs: 0, level: 0, loudest: 0 });
  const end = useRef(onEnd);
  useEffect(() => {
    end.current = onEnd;
  });
  useEffect(() => {
    const startedAtMs = performance.now();
    const timer = setInterval(() => {
      const lengthMs = performance.now() - startedAtMs;
      const level = microphone.level();
      setSeen(({ loudest }) => ({ lengthMs, level, loudest: Math.max(loudest, level) }));
      if (lengthMs >= LENGTH_MAX_MS) end.current();
    }, LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [microphone]);
  const isSilent = lengthMs > 2_000 && loudest < AUDIBLE_LEVEL;
  return (
    <>
      <Group>
        <Button size="md" color="red.9" leftSection={<IconPlayerStopFilled size={20} aria-hidden />} onClick={onEnd}>
          {t('bulletins.compose.stopRecording')}
        </Button>
        <Text fw={600} style={{ fontVariantNumeric: 'tabular-nums' }}>
          {t('bulletins.compose.recorded', { length: formatDuration(lengthMs) })}
        </Text>
      </Group>
      <Progress value={level} transitionDuration={0} aria-label={t('bulletins.compose.level')} />
      <Text role="status" size="sm" c="var(--tt-attention)">
        {isSilent ? t('bulletins.compose.hearNothing') : ''}
      </Text>
    </>
  );
}

/** Nothing stays open or in memory behind a page that was left. */
function useLetGo(microphone: Microphone | undefined, heard: Heard | undefined): void {
  useEffect(() => () => microphone?.close(), [microphone]);
  useEffect(() => () => void (heard && URL.revokeObjectURL(heard.address)), [heard]);
}

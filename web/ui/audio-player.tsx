import { ActionIcon, Box, Group, Slider, Text, VisuallyHidden } from '@mantine/core';
import { IconPlayerPauseFilled, IconPlayerPlayFilled } from '@tabler/icons-react';
import { lazy, Suspense, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../format/durations.ts';

const Waveform = lazy(() => import('./waveform.tsx').then((module) => ({ default: module.Waveform })));
/** Shares of the sound that must have been played, not skipped, for it to count as heard to its end. */
const PLAYED_SHARE = 0.98;

interface AudioPlayerProps {
  src: string;
  /** What is played; names the player for those who hear the page. */
  title: string;
  /** Known before the sound is loaded, where the server measured it. */
  durationMs?: number;
  hasWaveform?: boolean;
  /** Once all of it was really played: jumping to the end does not count. */
  onPlayedToEnd?: () => void;
}

export function AudioPlayer({ src, title, durationMs, hasWaveform = false, onPlayedToEnd }: AudioPlayerProps) {
  const { t } = useTranslation();
  // As state, so that the waveform is drawn once the element is there.
  const [audio, setAudio] = useState<HTMLAudioElement | null>(null);
  const [isPlaying, setPlaying] = useState(false);
  const [isBroken, setBroken] = useState(false);
  const [atMs, setAtMs] = useState(0);
  const [measuredMs, setMeasuredMs] = useState<number | undefined>(durationMs);
  const isReported = useRef(false);
  const totalMs = measuredMs ?? 0;

  const toggle = () => {
    if (!audio) return;
    if (audio.paused) audio.play().catch(() => setBroken(true));
    else audio.pause();
  };
  const seek = (toMs: number) => {
    if (audio) audio.currentTime = toMs / 1000;
    setAtMs(toMs);
  };
  const noteEnd = () => {
    if (!audio || isReported.current || playedSeconds(audio.played) < audio.duration * PLAYED_SHARE) return;
    isReported.current = true;
    onPlayedToEnd?.();
  };
  const time = t('ui.elapsed', { at: formatDuration(atMs), total: formatDuration(totalMs) });
  return (
    <Box role="group" aria-label={t('ui.playerOf', { title })}>
      {/* The text of what is said stands beside the player where there is one. */}
      <audio
        ref={setAudio}
        src={src}
        preload="metadata"
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onTimeUpdate={(event) => setAtMs(event.currentTarget.currentTime * 1000)}
        onDurationChange={(event) => {
          const { duration } = event.currentTarget;
          if (Number.isFinite(duration)) setMeasuredMs(duration * 1000);
        }}
        onEnded={noteEnd}
        onError={() => setBroken(true)}
      />
      {hasWaveform && audio && (
        <Suspense fallback={<Box h={56} />}>
          <Waveform audio={audio} src={src} />
        </Suspense>
      )}
      <Group gap="sm" wrap="nowrap">
        <ActionIcon size="xl" radius="xl" variant="filled" aria-label={t(isPlaying ? 'ui.pause' : 'ui.play')} onClick={toggle}>
          {isPlaying ? <IconPlayerPauseFilled size={20} aria-hidden /> : <IconPlayerPlayFilled size={20} aria-hidden />}
        </ActionIcon>
        <Slider
          flex={1}
          miw={60}
          min={0}
          max={Math.max(1, Math.round(totalMs))}
          step={1000}
          value={Math.min(atMs, totalMs)}
          onChange={seek}
          label={formatDuration}
          thumbLabel={t('ui.position')}
        />
        <Text size="sm" style={{ fontVariantNumeric: 'tabular-nums', whiteSpace: 'nowrap' }}>
          <span aria-hidden>{`${formatDuration(atMs)} / ${formatDuration(totalMs)}`}</span>
          <VisuallyHidden>{time}</VisuallyHidden>
        </Text>
      </Group>
      {isBroken && (
        <Text role="alert" size="sm" c="var(--tt-bad)">
          {t('ui.soundFailed')}
        </Text>
      )}
    </Box>
  );
}

function playedSeconds(ranges: TimeRanges): number {
  let total = 0;
  for (let index = 0; index < ranges.length; index += 1) total += ranges.end(index) - ranges.start(index);
  return total;
}

import { Box } from '@mantine/core';
import { useEffect, useRef } from 'react';
import WaveSurfer from 'wavesurfer.js';

const HEIGHT = 56;

/** A picture of the sound for eye and pointer; the player's own controls serve keyboard and ear. */
export function Waveform({ audio, src }: { audio: HTMLAudioElement; src: string }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!box.current) return;
    const styles = getComputedStyle(document.documentElement);
    const surfer = WaveSurfer.create({
      container: box.current,
      media: audio,
      height: HEIGHT,
      barWidth: 2,
      barGap: 1,
      barRadius: 2,
      cursorWidth: 2,
      waveColor: styles.getPropertyValue('--tt-neutral').trim(),
      progressColor: styles.getPropertyValue('--mantine-primary-color-filled').trim(),
    });
    // Without a picture the sound still plays: the player reports what it can't play itself.
    surfer.on('error', () => undefined);
    return () => surfer.destroy();
  }, [audio, src]);
  return <Box ref={box} aria-hidden mb="xs" mih={HEIGHT} />;
}

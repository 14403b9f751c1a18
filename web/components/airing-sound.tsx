import { Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Airing } from '#contract/airing.ts';
import { apiAddress } from '../api/api-client.ts';
import { useRead } from '../api/queries.ts';
import { AudioPlayer } from '../ui/audio-player.tsx';
import { Loaded } from '../ui/loading-state.tsx';

/** A bulletin of an airing with the sound that was sent, as long as the bulletin still is at that revision. */
export function AiringSound({ bulletinId, revision, title, durationMs }: Airing['bulletins'][number]) {
  const { t } = useTranslation();
  const query = useRead('readBulletin', { params: { bulletinId } });
  return (
    <Stack gap={4}>
      <Text fw={600} size="sm">
        {title}
      </Text>
      <Loaded query={query}>
        {(bulletin) => {
          const rendition =
            bulletin.revision === revision ? bulletin.renditions.find(({ codec }) => codec === 'opus') : undefined;
          if (!rendition) return <Text size="sm">{t('frame.soundNotAvailable')}</Text>;
          const src = apiAddress('readRendition', { params: { bulletinId, sha256: rendition.sha256 } });
          return <AudioPlayer src={src} title={title} durationMs={durationMs} />;
        }}
      </Loaded>
    </Stack>
  );
}

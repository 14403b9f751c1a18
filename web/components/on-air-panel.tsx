import { Divider, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { DayAiring } from '#contract/report.ts';
import { apiAddress } from '../api/api-client.ts';
import { useRead } from '../api/queries.ts';
import { formatTime } from '../format/instants.ts';
import { paths } from '../paths.ts';
import { TextLink } from '../ui/text-link.tsx';
import { AudioPlayer } from '../ui/audio-player.tsx';
import { Loaded } from '../ui/loading-state.tsx';

/** What is on air now, one by one, with the sound that was sent to listen to. `airings` undefined: not known. */
export function OnAirPanel({ airings, label }: { airings: readonly DayAiring[] | undefined; label: string }) {
  const { t } = useTranslation();
  if (!airings || airings.length === 0) return <Text>{label}</Text>;
  return (
    <Stack gap="sm">
      <Text fw={600}>{label}</Text>
      {airings.map((entry) => (
        <OnAirEntry key={entry.airing.airingId} entry={entry} />
      ))}
      <Text size="sm" c="dimmed">
        {t('frame.onAirSource')}
      </Text>
    </Stack>
  );
}

function OnAirEntry({ entry: { airing } }: { entry: DayAiring }) {
  const { t } = useTranslation();
  return (
    <>
      <Divider />
      <Text size="sm">
        {airing.areaName}, {t('frame.until', { time: formatTime(airing.endsAt) })}
      </Text>
      {airing.bulletins.map((bulletin) => (
        <OnAirSound key={bulletin.bulletinId} {...bulletin} />
      ))}
      <TextLink to={paths.airing} params={{ airingId: airing.airingId }} size="sm">
        {t('frame.openAiring')}
      </TextLink>
    </>
  );
}

function OnAirSound({
  bulletinId,
  revision,
  title,
  durationMs,
}: {
  bulletinId: string;
  revision: number;
  title: string;
  durationMs: number;
}) {
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

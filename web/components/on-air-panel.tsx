import { Divider, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { DayAiring } from '#contract/report.ts';
import { formatTime } from '../format/instants.ts';
import { paths } from '../paths.ts';
import { TextLink } from '../ui/text-link.tsx';
import { AiringSound } from './airing-sound.tsx';

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
        <AiringSound key={bulletin.bulletinId} {...bulletin} />
      ))}
      <TextLink to={paths.airing} params={{ airingId: airing.airingId }} size="sm">
        {t('frame.openAiring')}
      </TextLink>
    </>
  );
}

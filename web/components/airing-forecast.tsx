import { Alert, List, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { ProblemReply } from '#contract/problem.ts';
import type { TargetsPreview } from '#contract/report.ts';
import { problemSentence } from '../api/problem-text.ts';
import { formatDuration } from '../format/durations.ts';
import { formatTime, formatTimeWithSeconds } from '../format/instants.ts';
import { formatBytes } from '../format/sizes.ts';
import { useLanguage, useWords } from '../i18n/language.ts';
import { type Fact, FactList } from '../ui/fact-list.tsx';

interface AiringForecastProps {
  preview: TargetsPreview;
  /** When it will begin; undefined while no instant is typed. */
  startsAtMs: number | undefined;
}

/** What an airing will reach, last and cost, and what else sounds then. */
export function AiringForecast({ preview, startsAtMs }: AiringForecastProps) {
  const { t } = useTranslation();
  const language = useLanguage();
  const { lengthMs, bytesPerReceiver, bytesTotal } = preview;
  const facts: Fact[] = [{ name: t('airings.reach'), value: <Reach preview={preview} /> }];
  if (startsAtMs !== undefined && lengthMs > 0) {
    const said = { length: formatDuration(lengthMs), end: formatTimeWithSeconds(startsAtMs + lengthMs) };
    facts.push({ name: t('airings.length'), value: t('airings.lengthSentence', said) });
  }
  if (bytesTotal > 0) {
    const said = { each: formatBytes(bytesPerReceiver, language), total: formatBytes(bytesTotal, language) };
    facts.push({ name: t('airings.cost'), value: t('airings.costSentence', said) });
  }
  if (startsAtMs !== undefined) facts.push({ name: t('airings.alsoThen'), value: <AlsoThen preview={preview} /> });
  return <FactList facts={facts} />;
}

function Reach({ preview }: { preview: TargetsPreview }) {
  const { t } = useTranslation();
  const { hamlets, clusters, receivers, gateways, offlineNow, clustersWithoutReceiver } = preview;
  if (clusters === 0) return t('airings.reachNothing');
  const worry = (text: string) => (
    <Text size="sm" c="var(--tt-attention)">
      {text}
    </Text>
  );
  return (
    <>
      <Text fw={600}>
        {t('airings.reachSentence', {
          hamlets: t('airings.hamlets', { count: hamlets }),
          clusters: t('airings.clusters', { count: clusters }),
          receivers: t('airings.receivers', { count: receivers }),
        })}
      </Text>
      {gateways > 0 && <Text size="sm">{t('airings.gateways', { count: gateways })}</Text>}
      {offlineNow > 0 && worry(t('airings.offlineNow', { count: offlineNow }))}
      {offlineNow === 0 && receivers > 0 && <Text size="sm">{t('airings.allOnline')}</Text>}
      {clustersWithoutReceiver > 0 && worry(t('airings.withoutReceiver', { count: clustersWithoutReceiver }))}
    </>
  );
}

function AlsoThen({ preview: { alsoThen } }: { preview: TargetsPreview }) {
  const { t } = useTranslation();
  const { words } = useWords();
  if (alsoThen.length === 0) return t('airings.alsoThenNone');
  return (
    <Stack gap={2}>
      {alsoThen.map((airing) => (
        <Text key={airing.airingId} c="var(--tt-attention)">
          {t('airings.alsoThenEntry', {
            from: formatTime(airing.startsAt),
            to: formatTime(airing.endsAt),
            title: airing.bulletins.map(({ title }) => title).join(' · ') || t('airings.untitled'),
            class: words.class[airing.class],
            area: airing.areaName,
          })}
        </Text>
      ))}
    </Stack>
  );
}

/** What would be refused, each as a sentence with its way out, before anything is saved. */
export function ForecastProblems({ problems }: { problems: readonly ProblemReply[] }) {
  const { t } = useTranslation();
  const words = useWords();
  const sentences = new Set(
    problems.map(({ code, params }) => {
      const { what, wayOut } = problemSentence(words, code, params);
      return `${what} ${wayOut}`;
    }),
  );
  if (sentences.size === 0) return null;
  return (
    <Alert
      role="alert"
      title={t('airings.problems')}
      icon={<IconAlertTriangle aria-hidden />}
      color="red"
      variant="outline"
      styles={ALERT}
    >
      <List listStyleType={sentences.size > 1 ? 'disc' : 'none'} spacing={4}>
        {[...sentences].map((sentence) => (
          <List.Item key={sentence}>{sentence}</List.Item>
        ))}
      </List>
    </Alert>
  );
}

const ALERT = {
  root: { background: 'var(--tt-bad-ground)', borderColor: 'var(--tt-bad)' },
  title: { color: 'var(--tt-bad)' },
  icon: { color: 'var(--tt-bad)' },
  message: { color: 'var(--mantine-color-text)' },
};

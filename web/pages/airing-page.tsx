import { Group, Stack, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Airing, Coverage } from '#contract/airing.ts';
import { callApi } from '../api/api-client.ts';
import { invalidate, useRead } from '../api/queries.ts';
import { useHasRole } from '../api/session.ts';
import { AiringBadges } from '../components/airing-badges.tsx';
import { AiringProof } from '../components/airing-proof.tsx';
import { AiringSound } from '../components/airing-sound.tsx';
import { CoverageSummary } from '../components/coverage-summary.tsx';
import { DeliveryList } from '../components/delivery-list.tsx';
import { InstantText } from '../components/instant-text.tsx';
import { useNow } from '../components/use-now.ts';
import { formatInstant } from '../format/instants.ts';
import { useWords } from '../i18n/language.ts';
import { paths } from '../paths.ts';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { FactGrid } from '../ui/fact-grid.tsx';
import { Loaded } from '../ui/loading-state.tsx';
import { sayDone } from '../ui/notify.tsx';
import { PageHeader } from '../ui/page-header.tsx';
import { SectionCard } from '../ui/section-card.tsx';
import { StateBadge } from '../ui/state-badge.tsx';
import { TextLink } from '../ui/text-link.tsx';

/** Deliveries are planned without an event for each. */
const ASK_EVERY_MS = 10_000;

interface AiringPageProps {
  airingId: string;
}

/** One airing: what was to sound where, what is proven of it, and the proof itself. */
export function AiringPage({ airingId }: AiringPageProps) {
  const query = useRead('readAiring', { params: { airingId } }, { everyMs: ASK_EVERY_MS });
  return <Loaded query={query}>{({ airing, coverage }) => <AiringView airing={airing} coverage={coverage} />}</Loaded>;
}

function AiringView({ airing, coverage }: { airing: Airing; coverage: Coverage }) {
  const { t } = useTranslation();
  const title = airing.bulletins.map((bulletin) => bulletin.title).join(' · ') || t('coverage.untitled');
  return (
    <>
      <PageHeader
        title={title}
        hint={`${airing.areaName} · ${formatInstant(airing.startsAt)}`}
        state={
          <Group gap={6}>
            <AiringPhase airing={airing} />
            <AiringBadges airing={airing} />
          </Group>
        }
      >
        <CancelButton airing={airing} title={title} receivers={coverage.receivers} />
      </PageHeader>
      <Stack gap="lg">
        <SectionCard title={t('coverage.coverageTitle')}>
          <CoverageSummary coverage={coverage} title={title} />
        </SectionCard>
        <SectionCard title={t('coverage.deliveriesTitle')}>
          <DeliveryList airing={airing} coverage={coverage} />
        </SectionCard>
        <SectionCard title={t('coverage.bulletins')}>
          <Stack>
            {airing.bulletins.map((bulletin) => (
              <div key={bulletin.bulletinId}>
                <AiringSound {...bulletin} />
                <TextLink to={paths.bulletin} params={{ bulletinId: bulletin.bulletinId }} size="sm">
                  {t('coverage.openBulletin')}
                </TextLink>
              </div>
            ))}
            <AiringFacts airing={airing} />
          </Stack>
        </SectionCard>
        <SectionCard title={t('coverage.proofTitle')} hint={t('coverage.proofHint')}>
          <AiringProof airing={airing} />
        </SectionCard>
      </Stack>
    </>
  );
}

/** Closed only some minutes after its end: meanwhile it is no longer merely planned. */
function AiringPhase({ airing }: { airing: Airing }) {
  const { t } = useTranslation();
  const { words } = useWords();
  const nowMs = useNow(1_000);
  if (airing.state !== 'planned' || nowMs < Date.parse(airing.startsAt))
    return <StateBadge tone="neutral" label={words.airingState[airing.state]} />;
  const isOver = nowMs >= Date.parse(airing.endsAt);
  return <StateBadge tone={isOver ? 'neutral' : 'active'} label={t(isOver ? 'coverage.phaseOver' : 'coverage.phaseNow')} />;
}

function AiringFacts({ airing }: { airing: Airing }) {
  const { t } = useTranslation();
  const { words } = useWords();
  return (
    <FactGrid
      facts={[
        { name: t('coverage.startsAt'), value: <InstantText at={airing.startsAt} /> },
        { name: t('coverage.endsAt'), value: <InstantText at={airing.endsAt} /> },
        { name: t('coverage.validUntil'), value: <InstantText at={airing.validUntil} /> },
        { name: t('coverage.repeats'), value: t('coverage.repeatsTimes', { count: airing.repeats }) },
        { name: t('coverage.class'), value: `${words.class[airing.class]}, ${words.purpose[airing.purpose]}` },
        { name: t('coverage.targets'), value: <TargetNames airing={airing} /> },
        { name: t('coverage.madeBy'), value: airing.createdByName },
      ]}
    />
  );
}

function TargetNames({ airing }: { airing: Airing }) {
  const { t } = useTranslation();
  const { data: areas } = useRead('listAreas');
  const { data: clusters } = useRead('listClusters', { query: { areaId: airing.areaId } });
  const names = airing.targets.map(({ kind, id }) =>
    kind === 'area'
      ? areas?.entries.find(({ areaId }) => areaId === id)?.name
      : clusters?.entries.find(({ clusterId }) => clusterId === id)?.name,
  );
  return (
    <Text span inherit>
      {names.map((name) => name ?? t('coverage.otherPlace')).join(', ')}
    </Text>
  );
}

function CancelButton({ airing, title, receivers }: { airing: Airing; title: string; receivers: number }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const mayCancel = useHasRole('author', 'approver', 'duty-officer');
  const { airingId } = airing;
  const reason = airing.state !== 'planned' ? t('coverage.notCancellable') : mayCancel ? undefined : t('coverage.mayNotCancel');
  const cancel = async () => {
    await callApi('cancelAiring', { params: { airingId } });
    await invalidate(queryClient, 'readAiring', 'listDeliveries', 'listAirings', 'summariseDay', 'listNotices');
    sayDone(t('coverage.cancelled'));
  };
  return (
    <ConfirmButton
      label={t('coverage.cancel')}
      question={t('coverage.cancelQuestion', { time: formatInstant(airing.startsAt), title, receivers })}
      confirmLabel={t('coverage.cancelConfirm')}
      onConfirm={cancel}
      isDangerous
      disabledReason={reason}
    />
  );
}

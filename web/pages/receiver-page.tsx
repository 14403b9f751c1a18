import { Code, Group, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Receiver } from '#contract/receiver.ts';
import type { ApiReply } from '../api/api-client.ts';
import { useRead } from '../api/queries.ts';
import { useChosenArea } from '../components/chosen-area.ts';
import { PresenceStanding } from '../components/presence-badge.tsx';
import { ReceiverActions } from '../components/receiver-actions.tsx';
import { InstallationTable, ReceiverDeliveries, ReceiverPresence } from '../components/receiver-history.tsx';
import { ReceiverPlot } from '../components/receiver-plot.tsx';
import { ReceiverStanding } from '../components/receiver-state-badge.tsx';
import { ReceiverVitals } from '../components/receiver-vitals.tsx';
import { formatInstant } from '../format/instants.ts';
import { formatNumber } from '../format/sizes.ts';
import { useLanguage, useWords } from '../i18n/language.ts';
import { FactGrid } from '../ui/fact-grid.tsx';
import { Loaded } from '../ui/loading-state.tsx';
import { PageHeader } from '../ui/page-header.tsx';
import { SectionCard } from '../ui/section-card.tsx';

/** Its programme and the count of its receipts rise without an event. */
const ASK_EVERY_MS = 15_000;

interface ReceiverPageProps {
  receiverId: string;
}

/** One receiver: whether it is there, what it measures, what it played, and whose it is. */
export function ReceiverPage({ receiverId }: ReceiverPageProps) {
  const query = useRead('readReceiver', { params: { receiverId } }, { everyMs: ASK_EVERY_MS });
  return <Loaded query={query}>{(reply) => <ReceiverView {...reply} />}</Loaded>;
}

function ReceiverView({ receiver, installations }: ApiReply<'readReceiver'>) {
  const { t } = useTranslation();
  const { words } = useWords();
  const { areas, areaId: chosenId } = useChosenArea();
  // The widest area of this account: a receiver may be moved anywhere in it.
  const areaId = areas[0]?.areaId ?? chosenId;
  const { data } = useRead('listClusters', { query: { areaId: areaId ?? '' } }, { isEnabled: areaId !== undefined });
  const clusters = data?.entries ?? [];
  const nameOf = (clusterId: string) => clusters.find((cluster) => cluster.clusterId === clusterId)?.name;
  const place = nameOf(receiver.clusterId ?? '') ?? t('receivers.noCluster');
  const areaName = areas.find((area) => area.areaId === receiver.areaId)?.name;
  return (
    <>
      <PageHeader
        title={place}
        hint={[areaName, words.receiverKind[receiver.kind]].filter(Boolean).join(' · ')}
        state={<ReceiverStanding receiver={receiver} />}
      >
        {areaId !== undefined && <ReceiverActions receiver={receiver} clusters={clusters} areaId={areaId} place={place} />}
      </PageHeader>
      <Stack gap="lg">
        <SectionCard title={t('receivers.presenceNow')}>
          <PresenceStanding receiver={receiver} />
        </SectionCard>
        <SectionCard title={t('receivers.vitalsTitle')}>
          <ReceiverVitals receiver={receiver} />
        </SectionCard>
        <SectionCard title={t('receivers.plotTitle')}>
          <ReceiverPlot receiverId={receiver.receiverId} />
        </SectionCard>
        <SectionCard title={t('receivers.deliveriesTitle')}>
          <ReceiverDeliveries receiver={receiver} />
        </SectionCard>
        <SectionCard title={t('receivers.presenceTitle')}>
          <ReceiverPresence receiverId={receiver.receiverId} />
        </SectionCard>
        <SectionCard title={t('receivers.identityTitle')}>
          <Identity receiver={receiver} />
        </SectionCard>
        <SectionCard title={t('receivers.installationsTitle')}>
          <InstallationTable installations={installations} nameOf={nameOf} />
        </SectionCard>
      </Stack>
    </>
  );
}

function Identity({ receiver }: { receiver: Receiver }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const { programmeRevision: revision, programmeRevisionHeld: held } = receiver;
  const programme =
    held === null
      ? t('receivers.programmeNone')
      : held === revision
        ? t('receivers.programmeIs', { held })
        : t('receivers.programmeBehind', { held, revision });
  return (
    <Stack>
      {(['receiverId', 'hardwareId', 'publicKey'] as const).map((key) => (
        <Group key={key} gap="sm">
          <span>{t(`receivers.${key}`)}</span>
          <Code style={{ overflowWrap: 'anywhere' }}>{receiver[key]}</Code>
        </Group>
      ))}
      <FactGrid
        facts={[
          { name: t('receivers.enrolledAt'), value: formatInstant(receiver.enrolledAt) },
          { name: t('receivers.programme'), value: programme },
          { name: t('receivers.receiptsSoFar'), value: formatNumber(receiver.lastSequence, language) },
          { name: t('receivers.heldReceipts'), value: formatNumber(receiver.heldReceipts, language) },
        ]}
      />
    </Stack>
  );
}

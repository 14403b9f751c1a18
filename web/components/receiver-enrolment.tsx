import { Alert, Code, Group, Loader, Modal, Select, Stack, Text } from '@mantine/core';
import { IconQrcode } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Cluster } from '#contract/area.ts';
import { ReceiverKind } from '#contract/enrolment.ts';
import type { Enrolment } from '#contract/receiver.ts';
import { useRead, useWrite } from '../api/queries.ts';
import { useHasRole } from '../api/session.ts';
import { formatInstant } from '../format/instants.ts';
import { useWords } from '../i18n/language.ts';
import { paths } from '../paths.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { LinkButton } from '../ui/link-button.tsx';
import { ProblemAlert } from '../ui/problem-alert.tsx';

/** While the code is shown, whether somebody used it. */
const ASK_EVERY_MS = 2_000;

interface EnrolPanelProps {
  /** Those to choose from; with one only, that one. */
  clusters: readonly Cluster[];
  /** Where they are asked for anew. */
  areaId: string;
  /** The receiver standing there is taken out once the new one has enrolled: its kind is taken over. */
  replaces?: { kind: ReceiverKind };
}

interface EnrolButtonProps extends EnrolPanelProps {
  label: string;
  disabledReason?: string | undefined;
  isMain?: boolean;
}

/** A button that stays where it is while somebody enrols; what may vanish meanwhile opens an EnrolDialog of its page. */
export function EnrolButton({ label, disabledReason, isMain = false, ...panel }: EnrolButtonProps) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const mayManage = useHasRole('technician', 'administrator');
  return (
    <>
      <ActionButton
        variant={isMain ? 'filled' : 'default'}
        leftSection={<IconQrcode size={18} aria-hidden />}
        disabledReason={mayManage ? disabledReason : t('receivers.mayNotManage')}
        onClick={() => setOpen(true)}
      >
        {label}
      </ActionButton>
      <EnrolDialog title={label} isOpen={isOpen} onClose={() => setOpen(false)} {...panel} />
    </>
  );
}

interface EnrolDialogProps extends EnrolPanelProps {
  title: string;
  isOpen: boolean;
  onClose: () => void;
}

/** First contact of a receiver with its cluster: a code as QR and as a command, and whether it has been used. */
export function EnrolDialog({ title, isOpen, onClose, ...panel }: EnrolDialogProps) {
  const { t } = useTranslation();
  return (
    <Modal opened={isOpen} onClose={onClose} title={title} closeButtonProps={{ 'aria-label': t('ui.close') }}>
      <EnrolPanel {...panel} />
    </Modal>
  );
}

function EnrolPanel({ clusters, areaId, replaces }: EnrolPanelProps) {
  const { t } = useTranslation();
  const { words } = useWords();
  // Kept as it was when the dialogue opened: a cluster that is taken meanwhile leaves the list of free ones.
  const [offered] = useState(clusters);
  const [clusterId, setClusterId] = useState(offered.length === 1 ? (offered[0]?.clusterId ?? null) : null);
  const [kind, setKind] = useState<ReceiverKind>(replaces?.kind ?? 'loudspeaker');
  const make = useWrite('createEnrolment');
  const cluster = offered.find((one) => one.clusterId === clusterId);
  if (make.data && cluster) return <EnrolCode enrolment={make.data} cluster={cluster} areaId={areaId} />;
  return (
    <Stack>
      <Select
        label={t('receivers.enrolCluster')}
        placeholder={t('receivers.chooseCluster')}
        data={offered.map((one) => ({ value: one.clusterId, label: one.name }))}
        value={clusterId}
        onChange={setClusterId}
        searchable
        readOnly={offered.length === 1}
      />
      <Select
        label={t('receivers.enrolKind')}
        data={ReceiverKind.options.map((one) => ({ value: one, label: words.receiverKind[one] }))}
        value={kind}
        onChange={(chosen) => setKind(ReceiverKind.parse(chosen))}
        allowDeselect={false}
      />
      {replaces && cluster && <Text>{t('receivers.enrolReplaces', { cluster: cluster.name })}</Text>}
      <ProblemAlert error={make.error} />
      <ActionButton
        loading={make.isPending}
        disabledReason={cluster ? undefined : t('receivers.clusterMissing')}
        onClick={() =>
          cluster &&
          make.mutate({ params: { clusterId: cluster.clusterId }, body: { kind, replacesCurrent: replaces !== undefined } })
        }
      >
        {t('receivers.enrolMake')}
      </ActionButton>
    </Stack>
  );
}

interface EnrolCodeProps {
  enrolment: Enrolment;
  /** As it was before. */
  cluster: Cluster;
  areaId: string;
}

function EnrolCode({ enrolment, cluster, areaId }: EnrolCodeProps) {
  const { t } = useTranslation();
  const { data } = useRead('listClusters', { query: { areaId } }, { everyMs: ASK_EVERY_MS });
  const now = data?.entries.find((one) => one.clusterId === cluster.clusterId);
  const newId = now && now.receiverId !== cluster.receiverId ? now.receiverId : null;
  if (newId !== null)
    return (
      <Stack role="status">
        <Text fw={600}>{t('receivers.enrolDone', { cluster: cluster.name })}</Text>
        <LinkButton to={paths.receiver} params={{ receiverId: newId }}>
          {t('receivers.enrolOpen')}
        </LinkButton>
      </Stack>
    );
  const command = `truyen-thanh-agent enrol '${enrolment.enrolmentString}'`;
  return (
    <Stack gap="sm">
      <Text>{t('receivers.enrolSteps')}</Text>
      {/* As an image: whatever is in it can't act in the page. */}
      <img
        src={`data:image/svg+xml;utf8,${encodeURIComponent(enrolment.qrSvg)}`}
        alt={t('receivers.enrolQr', { cluster: cluster.name })}
        width={200}
        height={200}
        style={{ alignSelf: 'center', background: '#fff', borderRadius: 8 }}
      />
      <Group role="status" justify="center" gap="xs">
        <Loader size="xs" aria-hidden />
        <Text c="dimmed">{t('receivers.enrolWaiting')}</Text>
      </Group>
      <Text fw={600}>{t('receivers.enrolString')}</Text>
      <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {command}
      </Code>
      <Group>
        <CopyButton text={command} label={t('receivers.enrolCopy')} />
      </Group>
      <Text size="sm">{t('receivers.enrolLimits', { expiresAt: formatInstant(enrolment.expiresAt) })}</Text>
      <Alert variant="outline" color="gray" p="xs" role="note">
        {t('receivers.enrolSecret')}
      </Alert>
    </Stack>
  );
}

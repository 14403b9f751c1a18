import { Select, Text, Textarea } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Cluster } from '#contract/area.ts';
import type { Receiver } from '#contract/receiver.ts';
import { callApi } from '../api/api-client.ts';
import { invalidate } from '../api/queries.ts';
import { useHasRole } from '../api/session.ts';
import { FormDialog } from '../ui/form-dialog.tsx';
import { sayDone } from '../ui/notify.tsx';
import { EnrolButton } from './receiver-enrolment.tsx';

const REASON_CHARACTERS_MAX = 300;

interface ReceiverActionsProps {
  receiver: Receiver;
  /** Of the chosen area: where it stands, and the free ones. */
  clusters: readonly Cluster[];
  areaId: string;
  /** Where it stands, for the questions. */
  place: string;
}

/** Another board in its place, another place for it, or its end. */
export function ReceiverActions({ receiver, clusters, areaId, place }: ReceiverActionsProps) {
  const { t } = useTranslation();
  const own = clusters.filter((cluster) => cluster.clusterId === receiver.clusterId);
  const revoked = receiver.state === 'revoked' ? t('receivers.alreadyRevoked') : undefined;
  return (
    <>
      <EnrolButton
        label={t('receivers.swap')}
        clusters={own}
        areaId={areaId}
        replaces={{ kind: receiver.kind }}
        disabledReason={own.length === 0 ? t('receivers.noClusterToSwap') : undefined}
      />
      <MoveButton receiver={receiver} clusters={clusters} place={place} disabledReason={revoked} />
      <RevokeButton receiver={receiver} place={place} disabledReason={revoked} />
    </>
  );
}

type ActionProps = Pick<ReceiverActionsProps, 'receiver' | 'place'> & { disabledReason: string | undefined };

function MoveButton({ receiver, clusters, place, disabledReason }: ActionProps & Pick<ReceiverActionsProps, 'clusters'>) {
  const { t } = useTranslation();
  const refresh = useRefresh();
  const mayManage = useHasRole('technician', 'administrator');
  const [clusterId, setClusterId] = useState<string | null>(null);
  const free = clusters.filter((cluster) => cluster.receiverId === null);
  const noPlace = free.length === 0 ? t('receivers.noFreeToMove') : undefined;
  const move = async () => {
    if (clusterId === null) return;
    await callApi('moveReceiver', { params: { receiverId: receiver.receiverId }, body: { clusterId } });
    await refresh();
    sayDone(t('receivers.moved'));
  };
  return (
    <FormDialog
      label={t('receivers.move')}
      title={t('receivers.move')}
      submitLabel={t('receivers.moveConfirm')}
      onOpen={() => setClusterId(null)}
      onSubmit={move}
      missing={clusterId === null ? t('receivers.clusterMissing') : undefined}
      disabledReason={mayManage ? (disabledReason ?? noPlace) : t('receivers.mayNotManage')}
    >
      <Text>{t('receivers.moveQuestion', { place })}</Text>
      <Select
        label={t('receivers.enrolCluster')}
        placeholder={t('receivers.chooseCluster')}
        data={free.map((cluster) => ({ value: cluster.clusterId, label: cluster.name }))}
        value={clusterId}
        onChange={setClusterId}
        searchable
        required
      />
    </FormDialog>
  );
}

function RevokeButton({ receiver, place, disabledReason }: ActionProps) {
  const { t } = useTranslation();
  const refresh = useRefresh();
  const mayManage = useHasRole('technician', 'administrator');
  const [reason, setReason] = useState('');
  const revoke = async () => {
    await callApi('revokeReceiver', { params: { receiverId: receiver.receiverId }, body: { reason } });
    await refresh();
    sayDone(t('receivers.revoked'));
  };
  return (
    <FormDialog
      label={t('receivers.revoke')}
      title={t('receivers.revoke')}
      submitLabel={t('receivers.revokeConfirm')}
      onOpen={() => setReason('')}
      onSubmit={revoke}
      missing={reason.trim() === '' ? t('receivers.reasonMissing') : undefined}
      disabledReason={mayManage ? disabledReason : t('receivers.mayNotManage')}
    >
      <Text>{t('receivers.revokeQuestion', { place })}</Text>
      <Textarea
        label={t('receivers.revokeReason')}
        description={t('receivers.revokeReasonHint')}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        maxLength={REASON_CHARACTERS_MAX}
        autosize
        minRows={2}
        required
      />
    </FormDialog>
  );
}

function useRefresh(): () => Promise<void> {
  const queryClient = useQueryClient();
  return () => invalidate(queryClient, 'readReceiver', 'listReceivers', 'listClusters', 'listNotices');
}

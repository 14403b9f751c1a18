import { Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Delivery } from '#contract/airing.ts';
import type { ReceiverKind } from '#contract/enrolment.ts';
import { useRead } from '../api/queries.ts';
import { useWords } from '../i18n/language.ts';
import { StateBadge } from '../ui/state-badge.tsx';
import { DeliveryStateBadge } from './delivery-state-badge.tsx';
import { useReasonSentence } from './reason-sentence.ts';

type Kinded = Pick<Delivery, 'receiverId' | 'state' | 'evidence' | 'reason' | 'isLate'> & { kind: ReceiverKind | undefined };

/** Asked of the receiver itself where it is not among those that stand in the area by now. */
function useKind({ receiverId, kind }: Kinded): ReceiverKind | undefined {
  const { data } = useRead('readReceiver', { params: { receiverId } }, { isEnabled: kind === undefined });
  return kind ?? data?.receiver.kind;
}

/** State with its reason. What went into a gateway is not called played: behind it nobody knows. */
export function DeliveryStanding({ delivery }: { delivery: Kinded }) {
  const { t } = useTranslation();
  const sentenceOf = useReasonSentence();
  const kind = useKind(delivery);
  const isBehindGateway = delivery.state === 'played' && kind !== 'loudspeaker';
  return (
    <Stack gap={4} align="flex-start">
      {isBehindGateway ? (
        <StateBadge tone="unknown" label={t(kind === 'gateway' ? 'coverage.playedUnconfirmable' : 'coverage.kindNotKnown')} />
      ) : (
        <DeliveryStateBadge state={delivery.state} />
      )}
      {delivery.reason !== null && (
        <Text size="sm" maw={360}>
          {sentenceOf(delivery.reason)}
        </Text>
      )}
      {delivery.isLate && (
        <Text size="sm" c="dimmed">
          {t('coverage.isLate')}
        </Text>
      )}
    </Stack>
  );
}

/** Whether one kind of proof is there: rendered by the player, or heard at the loudspeaker. */
export function DeliveryEvidence({ delivery, level }: { delivery: Kinded; level: 'rendered' | 'heard' }) {
  const { t } = useTranslation();
  const { words } = useWords();
  const kind = useKind(delivery);
  const { evidence } = delivery;
  if (kind === 'gateway') return <StateBadge tone="unknown" label={t('coverage.cannotBeConfirmed')} />;
  if (kind === undefined) return <StateBadge tone="unknown" label={t('coverage.kindNotKnown')} />;
  if (evidence === 'heard' || evidence === level) return <StateBadge tone="good" label={words.evidence[level]} />;
  const isOnTheWay = level === 'rendered' && evidence !== null;
  return (
    <Text size="sm" c="dimmed">
      {isOnTheWay ? t('coverage.notYet', { evidence: words.evidence[evidence] }) : t('coverage.notProven')}
    </Text>
  );
}

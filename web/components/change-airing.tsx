import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Airing } from '#contract/airing.ts';
import { ProblemError } from '../api/problem-error.ts';
import { useWrite } from '../api/queries.ts';
import { useHasRole } from '../api/session.ts';
import { dayOf, formatInstant, formatTime } from '../format/instants.ts';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { sayDone } from '../ui/notify.tsx';
import { StartField, startOf, type TypedStart } from './start-field.tsx';

interface ChangeProps {
  airing: Airing;
  title: string;
}

const STALE = ['summariseDay', 'listAirings', 'readAiring', 'listNotices'] as const;

export function MoveAiring({ airing, title, nowMs }: ChangeProps & { nowMs: number }) {
  const { t } = useTranslation();
  const mayPlan = useHasRole('author', 'approver', 'duty-officer');
  const { airingId, startsAt } = airing;
  const [typed, setTyped] = useState<TypedStart>();
  const start = typed ?? { day: dayOf(startsAt), time: formatTime(startsAt) };
  const move = useWrite('moveAiring', {
    invalidates: STALE,
    onDone: (moved) => sayDone(t('airings.moved', { at: formatInstant(moved.startsAt) })),
  });
  const reason = () => {
    if (!mayPlan) return t('airings.mayNotSchedule');
    if (airing.class === 'emergency') return t('airings.mayNotMoveEmergency');
    return Date.parse(startsAt) <= nowMs ? t('airings.mayNotMoveBegun') : undefined;
  };
  const confirm = async () => {
    const chosen = startOf(start);
    if (chosen === undefined)
      throw new ProblemError(422, { code: 'request-invalid', params: { faults: [t('airings.timeWrong')] } });
    await move.mutateAsync({ params: { airingId }, body: { startsAt: chosen } });
  };
  return (
    <ConfirmButton
      label={t('airings.move')}
      question={t('airings.moveQuestion', { title, at: formatInstant(startsAt) })}
      confirmLabel={t('airings.moveConfirm')}
      onConfirm={confirm}
      disabledReason={reason()}
    >
      <StartField value={start} onChange={setTyped} />
    </ConfirmButton>
  );
}

export function CancelAiring({ airing, title, where }: ChangeProps & { where: string }) {
  const { t } = useTranslation();
  const mayPlan = useHasRole('author', 'approver', 'duty-officer');
  const at = formatInstant(airing.startsAt);
  const cancel = useWrite('cancelAiring', { invalidates: STALE, onDone: () => sayDone(t('airings.cancelled', { at })) });
  return (
    <ConfirmButton
      label={t('airings.cancel')}
      question={t('airings.cancelQuestion', { at, title, where })}
      confirmLabel={t('airings.cancelConfirm')}
      onConfirm={() => cancel.mutateAsync({ params: { airingId: airing.airingId } })}
      isDangerous
      disabledReason={mayPlan ? undefined : t('airings.mayNotSchedule')}
    />
  );
}

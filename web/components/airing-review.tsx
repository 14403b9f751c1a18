import { Stack, Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Area } from '#contract/area.ts';
import type { Class } from '#contract/primitives.ts';
import { useWrite } from '../api/queries.ts';
import { useHasRole } from '../api/session.ts';
import { dayOf, formatInstant } from '../format/instants.ts';
import { paths } from '../paths.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { sayDone } from '../ui/notify.tsx';
import { ProblemAlert } from '../ui/problem-alert.tsx';
import { SectionCard } from '../ui/section-card.tsx';
import { type AiringDraft, type AiringRequest, requestOf, sortProblems, useForecast } from './airing-draft.ts';
import { AiringForecast, ForecastProblems } from './airing-forecast.tsx';
import { EmergencySend } from './emergency-send.tsx';
import classes from './airing-review.module.css';

interface AiringReviewProps {
  area: Area;
  draft: AiringDraft;
  wanted: Class;
  isDrill: boolean;
}

/** What will come of the draft, what keeps it from being saved, and the button. */
export function AiringReview({ area, draft, wanted, isDrill }: AiringReviewProps) {
  const { t } = useTranslation();
  const isEmergency = wanted === 'emergency';
  const request = requestOf(area.areaId, draft, wanted);
  const { query, asked, isSettled } = useForecast(request);
  const save = useSave(isDrill);
  const preview = query.data;
  const { wrong, isIncomplete } = sortProblems(isSettled ? (preview?.problems ?? []) : [], asked);
  const startsAtMs = isEmergency ? Date.now() : request.startsAt === null ? undefined : Date.parse(request.startsAt);
  const reason = useReasonAgainst(request, { isSettled, isIncomplete, isWrong: wrong.length > 0 });
  const send = () => save.mutate({ body: request });
  return (
    <div className={classes['review']}>
      <SectionCard title={t('airings.stepForecast')}>
        <Stack gap="md">
          <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
          {preview ? (
            <AiringForecast preview={preview} startsAtMs={startsAtMs} />
          ) : (
            <Text c="dimmed">{t('airings.choosing')}</Text>
          )}
          <ForecastProblems problems={wrong} />
          <ProblemAlert error={save.error} />
          {isEmergency ? (
            <EmergencySend
              areaName={area.name}
              isDrill={isDrill}
              clusters={isSettled ? preview?.clusters : undefined}
              isPending={save.isPending}
              disabledReason={reason}
              onSend={send}
            />
          ) : (
            <ActionButton size="md" disabledReason={reason} loading={save.isPending} onClick={send}>
              {t('airings.save')}
            </ActionButton>
          )}
        </Stack>
      </SectionCard>
    </div>
  );
}

interface Standing {
  isSettled: boolean;
  isIncomplete: boolean;
  isWrong: boolean;
}

/** An emergency waits for no forecast: what is wrong with it the server says when it is sent. */
function useReasonAgainst(request: AiringRequest, { isSettled, isIncomplete, isWrong }: Standing): string | undefined {
  const { t } = useTranslation();
  const mayPlan = useHasRole('author', 'approver', 'duty-officer');
  const isEmergency = request.class === 'emergency';
  const lacks = request.bulletinIds.length === 0 || request.targets.length === 0;
  if (!mayPlan) return t('airings.mayNotSchedule');
  if (lacks || (!isEmergency && (request.startsAt === null || isIncomplete))) return t('airings.notChosen');
  if (isEmergency) return undefined;
  if (isWrong) return t('airings.problemsAbove');
  return isSettled ? undefined : t('airings.checking');
}

/** To the day on which it stands; an emergency to what is on air. */
function useSave(isDrill: boolean) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  return useWrite('scheduleAiring', {
    invalidates: ['listAirings', 'summariseDay', 'previewTargets'],
    onDone: ({ airingId, startsAt, class: issued }) => {
      if (issued === 'emergency') {
        sayDone(t(isDrill ? 'airings.drillSent' : 'airings.emergencySent'));
        void navigate({ to: paths.airing, params: { airingId } });
        return;
      }
      sayDone(t('airings.saved', { at: formatInstant(startsAt) }));
      void navigate({ to: paths.schedule, search: { day: dayOf(startsAt) } });
    },
  });
}

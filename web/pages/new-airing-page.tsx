import { Checkbox, Group, NumberInput, SegmentedControl, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Area } from '#contract/area.ts';
import type { Bulletin } from '#contract/bulletin.ts';
import type { Class } from '#contract/primitives.ts';
import { useHasRole } from '../api/session.ts';
import type { AiringDraft } from '../components/airing-draft.ts';
import { AiringReview } from '../components/airing-review.tsx';
import { BulletinOrder } from '../components/bulletin-order.tsx';
import { useBulletinsByState } from '../components/bulletins-by-state.ts';
import { useChosenArea } from '../components/chosen-area.ts';
import { StartField } from '../components/start-field.tsx';
import { TargetPicker } from '../components/target-picker.tsx';
import { useWords } from '../i18n/language.ts';
import { Loaded, LoadingState } from '../ui/loading-state.tsx';
import { PageHeader } from '../ui/page-header.tsx';
import { SectionCard } from '../ui/section-card.tsx';

interface NewAiringPageProps {
  /** Chosen already, when coming from it. */
  bulletinId: string | undefined;
  /** `2026-11-22` in the commune's zone. */
  day: string | undefined;
}

const CLASSES: readonly Class[] = ['normal', 'priority', 'emergency'];
const REPEATS_MAX = 20;
const GAP_SECONDS_MAX = 3_600;

/** One page, four questions, and beside them what will come of the answers. */
export function NewAiringPage({ bulletinId, day }: NewAiringPageProps) {
  const { t } = useTranslation();
  const { area, areaId } = useChosenArea();
  const approved = useBulletinsByState(areaId, 'approved');
  if (!area) return <LoadingState />;
  return (
    <>
      <PageHeader title={t('airings.newTitle')} hint={area.name} />
      <Loaded query={approved}>
        {({ bulletins }) => (
          // Another area is another tree of targets: what was chosen in the old one does not go along.
          <AiringForm key={area.areaId} area={area} approved={bulletins} bulletinId={bulletinId} day={day} />
        )}
      </Loaded>
    </>
  );
}

function AiringForm({ area, approved, bulletinId, day }: NewAiringPageProps & { area: Area; approved: readonly Bulletin[] }) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState<AiringDraft>(() => ({
    bulletinIds: bulletinId === undefined ? [] : [bulletinId],
    targets: [],
    start: { day: day ?? '', time: '' },
    class: undefined,
    repeats: 1,
    gapSeconds: 2,
    hasChime: undefined,
  }));
  const change = (part: Partial<AiringDraft>) => setDraft((before) => ({ ...before, ...part }));
  const chosen = draft.bulletinIds.flatMap((id) => approved.find((bulletin) => bulletin.bulletinId === id) ?? []);
  const wanted = draft.class ?? chosen[0]?.class ?? 'normal';
  const isEmergency = wanted === 'emergency';
  // An emergency's bulletin was made louder for it; the two kinds can't be mixed.
  const offered = approved.filter(
    (bulletin) => (draft.class ?? chosen[0]) === undefined || (bulletin.class === 'emergency') === isEmergency,
  );
  return (
    <Group align="flex-start" gap="lg" style={{ flexWrap: 'wrap' }}>
      <Stack gap="lg" style={{ flex: '3 1 380px', minWidth: 0 }}>
        <SectionCard title={t('airings.stepBulletins')}>
          <Stack gap="md">
            <BulletinOrder
              approved={[...new Set([...offered, ...chosen])]}
              value={draft.bulletinIds}
              onChange={(bulletinIds) => change({ bulletinIds })}
            />
            <ClassChoice value={wanted} onChange={(next) => change({ class: next })} />
          </Stack>
        </SectionCard>
        <SectionCard title={t('airings.stepTargets')}>
          <TargetPicker areaId={area.areaId} value={draft.targets} onChange={(targets) => change({ targets })} />
        </SectionCard>
        <SectionCard title={t('airings.stepStart')}>
          <Stack gap="md">
            {isEmergency ? (
              <Text>{t('airings.atOnce')}</Text>
            ) : (
              <StartField value={draft.start} onChange={(start) => change({ start })} />
            )}
            <Repeats draft={draft} isEmergency={isEmergency} onChange={change} />
          </Stack>
        </SectionCard>
      </Stack>
      <AiringReview area={area} draft={draft} wanted={wanted} isDrill={chosen[0]?.purpose === 'drill'} />
    </Group>
  );
}

function ClassChoice({ value, onChange }: { value: Class; onChange: (wanted: Class) => void }) {
  const { t } = useTranslation();
  const { words } = useWords();
  const isDutyOfficer = useHasRole('duty-officer');
  return (
    <div>
      <Text size="sm" fw={500} mb={5}>
        {t('airings.class')}
      </Text>
      <SegmentedControl
        aria-label={t('airings.class')}
        value={value}
        onChange={(next) => onChange(next as Class)}
        data={CLASSES.map((one) => ({ value: one, label: words.class[one], disabled: one === 'emergency' && !isDutyOfficer }))}
        fullWidth
      />
      {!isDutyOfficer && (
        <Text size="sm" c="dimmed" mt={4}>
          {t('airings.emergencyOnlyDutyOfficer')}
        </Text>
      )}
    </div>
  );
}

interface RepeatsProps {
  draft: AiringDraft;
  isEmergency: boolean;
  onChange: (part: Partial<AiringDraft>) => void;
}

function Repeats({ draft, isEmergency, onChange }: RepeatsProps) {
  const { t } = useTranslation();
  const whole = (value: string | number, least: number, most: number) =>
    Math.min(most, Math.max(least, Math.round(Number(value) || least)));
  return (
    <>
      <Group gap="md" align="flex-end" grow preventGrowOverflow={false}>
        <NumberInput
          label={t('airings.repeats')}
          min={1}
          max={REPEATS_MAX}
          allowDecimal={false}
          value={draft.repeats}
          onChange={(value) => onChange({ repeats: whole(value, 1, REPEATS_MAX) })}
          size="md"
          style={{ flex: '1 1 130px' }}
        />
        <NumberInput
          label={t('airings.gap')}
          min={0}
          max={GAP_SECONDS_MAX}
          allowDecimal={false}
          value={draft.gapSeconds}
          onChange={(value) => onChange({ gapSeconds: whole(value, 0, GAP_SECONDS_MAX) })}
          size="md"
          style={{ flex: '1 1 130px' }}
        />
      </Group>
      <Checkbox
        label={t('airings.chime')}
        checked={draft.hasChime ?? !isEmergency}
        onChange={(event) => onChange({ hasChime: event.currentTarget.checked })}
      />
    </>
  );
}

import { Card, Grid, SegmentedControl, Stack, TextInput, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useCallback, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Bulletin } from '#contract/bulletin.ts';
import { callApi } from '../api/api-client.ts';
import { useHasRole } from '../api/session.ts';
import { PageHeader } from '../ui/page-header.tsx';
import { ProblemAlert } from '../ui/problem-alert.tsx';
import type { DraftContent } from './bulletin-draft.ts';
import { BulletinDetails } from './bulletin-details.tsx';
import { BulletinReading } from './bulletin-reading.tsx';
import { BulletinSound } from './bulletin-sound.tsx';
import { BulletinStateBadge } from './bulletin-state-badge.tsx';
import { DraftConflict } from './draft-conflict.tsx';
import type { DraftKeeper, DraftState } from './draft-keeper.ts';
import { LastRejection } from './last-rejection.tsx';
import { RecordingContent } from './recording-content.tsx';
import { SubmitBar } from './submit-bar.tsx';
import { TextContent } from './text-content.tsx';
import { useDraft, useRememberBulletin } from './use-draft.ts';

interface BulletinEditorProps {
  /** Absent: a new one. */
  start: Bulletin | undefined;
  areaId: string;
  areaName: string | undefined;
  /** Once a new one is at the server. */
  onComposed: (bulletinId: string) => void;
}

/** One bulletin: written while it is a draft, read once it was handed over. */
export function BulletinEditor({ start, areaId, areaName, onComposed }: BulletinEditorProps) {
  const { t } = useTranslation();
  const { keeper, draft, bulletin } = useDraft(start, areaId, onComposed);
  const mayWrite = useHasRole('author', 'duty-officer');
  const isHandedOver = bulletin?.state === 'submitted' || bulletin?.state === 'approved';
  const isReading = bulletin !== undefined && draft.phase !== 'torn' && (isHandedOver || !mayWrite);
  return (
    <>
      <PageHeader
        title={isReading ? bulletin.title : t('bulletins.editorTitle')}
        hint={areaName}
        state={bulletin && <BulletinStateBadge state={bulletin.state} />}
      />
      {bulletin && !isHandedOver && <LastRejection bulletinId={bulletin.bulletinId} />}
      {draft.theirs && <DraftConflict keeper={keeper} mine={draft.content} theirs={draft.theirs} />}
      {isReading ? (
        <BulletinReading bulletin={bulletin} mayWrite={mayWrite} onWithdrawn={(withdrawn) => keeper.adopt(withdrawn)} />
      ) : (
        <Writing keeper={keeper} draft={draft} bulletin={bulletin} areaId={start?.areaId ?? areaId} />
      )}
    </>
  );
}

interface WritingProps {
  keeper: DraftKeeper;
  draft: DraftState;
  bulletin: Bulletin | undefined;
  areaId: string;
}

type Way = 'text' | 'file' | 'microphone';

function Writing({ keeper, draft, bulletin, areaId }: WritingProps) {
  const { t } = useTranslation();
  const { content, saved } = draft;
  const [way, setWay] = useState<Way>(content.kind === 'text' ? 'text' : 'file');
  const change = useCallback((part: Partial<DraftContent>) => keeper.change(part), [keeper]);
  const prepare = useFrozenStep('previewBulletin', keeper);
  const submit = useFrozenStep('submitBulletin', keeper);
  const isTorn = draft.phase === 'torn';
  const isCurrent = bulletin?.revision === saved?.revision && !keeper.isOwed;
  const missing = whatIsMissing(content);
  const missingText = missing && t(`bulletins.compose.missing.${missing}`);
  const choose = (chosen: Way) => {
    setWay(chosen);
    if (!saved) change({ kind: chosen === 'text' ? 'text' : 'recording' });
  };
  return (
    <fieldset disabled={submit.isPending || isTorn} style={{ border: 0, margin: 0, padding: 0, minWidth: 0 }}>
      <Grid gap="lg" align="flex-start">
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Stack gap="lg">
            <Section title={t('bulletins.compose.content')}>
              <TextInput
                label={t('bulletins.compose.title')}
                placeholder={t('bulletins.compose.titlePlaceholder')}
                size="md"
                value={content.title}
                maxLength={200}
                autoFocus={!saved}
                onChange={(event) => change({ title: event.currentTarget.value })}
              />
              <WayChoice way={way} savedKind={saved?.content.kind} onChoose={choose} />
              {way === 'text' ? (
                <TextContent
                  areaId={areaId}
                  text={content.text}
                  wordsPerMinute={content.wordsPerMinute}
                  onChange={(text) => change({ text })}
                />
              ) : (
                <RecordingContent areaId={areaId} content={content} from={way} onChange={change} />
              )}
            </Section>
            <Section title={t('bulletins.compose.listen')}>
              <BulletinSound
                bulletin={isCurrent ? bulletin : undefined}
                title={content.title}
                onPrepare={() => prepare.mutate()}
                isPreparing={prepare.isPending}
                disabledReason={missingText}
                error={prepare.error}
              />
            </Section>
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Section title={t('bulletins.compose.details')}>
            <BulletinDetails content={content} onChange={change} />
          </Section>
        </Grid.Col>
      </Grid>
      <ProblemAlert error={submit.error} />
      <SubmitBar
        draft={draft}
        isSubmitting={submit.isPending}
        disabledReason={isTorn ? t('bulletins.compose.chooseFirst') : missingText}
        onSubmit={() => submit.mutate()}
      />
    </fieldset>
  );
}

/** Saves what is unsaved, then asks for the step on that very revision. */
function useFrozenStep(name: 'previewBulletin' | 'submitBulletin', keeper: DraftKeeper) {
  const remember = useRememberBulletin();
  return useMutation({
    mutationFn: async () => {
      const { bulletinId, revision } = await keeper.settle();
      remember(await callApi(name, { params: { bulletinId }, body: { revision } }));
      // What comes next stands on top of the page.
      if (name === 'submitBulletin') window.scrollTo({ top: 0 });
    },
  });
}

function whatIsMissing(content: DraftContent): 'title' | 'text' | 'recording' | undefined {
  if (content.title.trim() === '') return 'title';
  if (content.kind === 'text') return content.text.trim() === '' ? 'text' : undefined;
  return content.uploadId === null ? 'recording' : undefined;
}

interface WayChoiceProps {
  way: Way;
  savedKind: DraftContent['kind'] | undefined;
  onChoose: (way: Way) => void;
}

function WayChoice({ way, savedKind, onChoose }: WayChoiceProps) {
  const { t } = useTranslation();
  const ways = (['text', 'file', 'microphone'] as const).map((value) => ({
    value,
    label: t(`bulletins.compose.way.${value}`),
    disabled: savedKind !== undefined && (savedKind === 'text') !== (value === 'text'),
  }));
  return (
    <div>
      <SegmentedControl<Way>
        fullWidth
        size="md"
        aria-label={t('bulletins.compose.wayLabel')}
        value={way}
        onChange={onChoose}
        data={ways}
      />
      {savedKind !== undefined && (
        <SmallNote>{t(savedKind === 'text' ? 'bulletins.compose.staysText' : 'bulletins.compose.staysRecording')}</SmallNote>
      )}
    </div>
  );
}

function SmallNote({ children }: { children: ReactNode }) {
  return (
    <p style={{ margin: '4px 0 0', fontSize: 'var(--mantine-font-size-sm)', color: 'var(--mantine-color-dimmed)' }}>{children}</p>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  const titleId = useId();
  return (
    <Card component="section" aria-labelledby={titleId} withBorder radius="lg" padding="lg">
      <Title order={2} size="h4" id={titleId} mb="md">
        {title}
      </Title>
      <Stack>{children}</Stack>
    </Card>
  );
}

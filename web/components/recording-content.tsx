import { Button, Card, FileButton, Group, Progress, Stack, Text, Textarea } from '@mantine/core';
import { IconFileMusic, IconUpload } from '@tabler/icons-react';
import { type DragEvent, useEffect, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../api/problem-error.ts';
import { useRead } from '../api/queries.ts';
import { formatDuration } from '../format/durations.ts';
import { formatBytes } from '../format/sizes.ts';
import { useLanguage } from '../i18n/language.ts';
import { ProblemAlert } from '../ui/problem-alert.tsx';
import { BrowserRecorder } from './browser-recorder.tsx';
import type { DraftContent } from './bulletin-draft.ts';
import { RecordingUpload, type UploadState } from './recording-upload.ts';
import { TEXT_LENGTH_MAX } from './text-content.tsx';

interface RecordingContentProps {
  areaId: string;
  content: DraftContent;
  from: 'file' | 'microphone';
  onChange: (part: Partial<DraftContent>) => void;
}

const ACCEPTED = 'audio/*,.mp3,.wav,.m4a,.ogg,.opus,.webm,.flac,.aac';

/** A recording instead of text: a file, or the microphone of this machine. */
export function RecordingContent({ areaId, content, from, onChange }: RecordingContentProps) {
  const { t } = useTranslation();
  const [upload] = useState(() => new RecordingUpload());
  const state = useSyncExternalStore(upload.watch, upload.read);
  useEffect(() => () => void upload.stop(), [upload]);
  const done = state.phase === 'done' ? state.uploadId : undefined;
  useEffect(() => {
    if (done === undefined) return;
    onChange({ uploadId: done });
    void upload.stop();
  }, [done, onChange, upload]);
  const send = (file: File) => void upload.begin(file, areaId);
  const isUnderWay = state.phase === 'sending' || state.phase === 'paused' || state.phase === 'judging';
  return (
    <Stack>
      {content.uploadId !== null && !isUnderWay && <Attached uploadId={content.uploadId} />}
      {isUnderWay ? (
        <OnItsWay state={state} upload={upload} />
      ) : from === 'file' ? (
        <FileChoice isReplacing={content.uploadId !== null} onFile={send} />
      ) : (
        <BrowserRecorder onUse={send} />
      )}
      {state.phase === 'failed' && (
        <ProblemAlert error={state.error} {...(state.canResume ? { onRetry: () => upload.resume() } : {})} />
      )}
      <Textarea
        label={t('bulletins.compose.saidInIt')}
        description={t('bulletins.compose.saidInItHint')}
        value={content.text}
        autosize
        minRows={3}
        maxRows={12}
        maxLength={TEXT_LENGTH_MAX}
        onChange={(event) => onChange({ text: event.currentTarget.value })}
      />
    </Stack>
  );
}

function FileChoice({ isReplacing, onFile }: { isReplacing: boolean; onFile: (file: File) => void }) {
  const { t } = useTranslation();
  const [isOver, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const [file] = event.dataTransfer.files;
    if (file) onFile(file);
  };
  return (
    <Stack
      align="center"
      gap="xs"
      p="lg"
      ta="center"
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
      style={{
        border: `2px dashed ${isOver ? 'var(--mantine-primary-color-filled)' : 'var(--mantine-color-default-border)'}`,
        borderRadius: 'var(--mantine-radius-md)',
        background: isOver ? 'var(--tt-active-ground)' : undefined,
      }}
    >
      <IconFileMusic size={32} aria-hidden />
      <FileButton accept={ACCEPTED} onChange={(file) => file && onFile(file)}>
        {(props) => (
          <Button
            {...props}
            size="md"
            variant={isReplacing ? 'default' : 'filled'}
            leftSection={<IconUpload size={20} aria-hidden />}
          >
            {t(isReplacing ? 'bulletins.compose.replaceFile' : 'bulletins.compose.chooseFile')}
          </Button>
        )}
      </FileButton>
      <Text size="sm" c="dimmed">
        {t('bulletins.compose.fileHint')}
      </Text>
    </Stack>
  );
}

function OnItsWay({ state, upload }: { state: UploadState; upload: RecordingUpload }) {
  const { t } = useTranslation();
  const language = useLanguage();
  if (state.phase !== 'sending' && state.phase !== 'paused' && state.phase !== 'judging') return null;
  const sentBytes = state.phase === 'judging' ? state.bytes : state.sentBytes;
  const percent = state.bytes === 0 ? 0 : Math.floor((sentBytes / state.bytes) * 100);
  const said = { percent, sent: formatBytes(sentBytes, language), all: formatBytes(state.bytes, language) };
  return (
    <Card withBorder padding="md" radius="md">
      <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
        {state.fileName}
      </Text>
      <Text role="status" size="sm" my={6}>
        {t(`bulletins.compose.upload.${state.phase}`, said)}
      </Text>
      <Progress value={percent} aria-label={t('bulletins.compose.uploadProgress')} mb="sm" />
      {state.phase !== 'judging' && (
        <Group gap="sm">
          <Button variant="default" onClick={() => (state.phase === 'paused' ? upload.resume() : void upload.pause())}>
            {t(state.phase === 'paused' ? 'bulletins.compose.resumeUpload' : 'bulletins.compose.pauseUpload')}
          </Button>
          <Button variant="subtle" onClick={() => void upload.stop()}>
            {t('bulletins.compose.stopUpload')}
          </Button>
        </Group>
      )}
    </Card>
  );
}

/** What the server found in the recording. */
function Attached({ uploadId }: { uploadId: string }) {
  const { t } = useTranslation();
  const { data, error } = useRead('readUpload', { params: { uploadId } });
  if (!data) return <ProblemAlert error={error} />;
  if (data.problem) return <ProblemAlert error={new ProblemError(200, data.problem)} />;
  return (
    <Card withBorder padding="md" radius="md">
      <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
        {data.fileName}
      </Text>
      <Text size="sm">
        {data.durationMs === null
          ? t('bulletins.compose.upload.open')
          : t('bulletins.compose.upload.good', { length: formatDuration(data.durationMs) })}
      </Text>
      {data.lengthDeclared === 'absent' && (
        <Text size="sm" c="dimmed">
          {t('bulletins.compose.lengthAbsent')}
        </Text>
      )}
    </Card>
  );
}

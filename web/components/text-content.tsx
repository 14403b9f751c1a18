import { Button, Collapse, Group, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { read } from '../api/queries.ts';
import { formatNumber } from '../format/sizes.ts';
import { estimateSpokenMs } from '../format/spoken-time.ts';
import { useLanguage } from '../i18n/language.ts';
import { SpokenTextField } from './spoken-text-field.tsx';
import { UnknownWords } from './unknown-words.tsx';

interface TextContentProps {
  areaId: string;
  text: string;
  wordsPerMinute: number;
  onChange: (text: string) => void;
}

const PAUSE_MS = 350;
/** The server's default; it refuses more in a sentence of its own. */
export const TEXT_LENGTH_MAX = 20_000;

/** The words to be spoken: how long they take, and which of them the rules don't know, while they are written. */
export function TextContent({ areaId, text, wordsPerMinute, onChange }: TextContentProps) {
  const { t } = useTranslation();
  const [settled] = useDebouncedValue(text, PAUSE_MS);
  const { data, error } = useQuery({
    ...read('normaliseText', { body: { areaId, text: settled } }),
    enabled: settled.trim() !== '',
    placeholderData: keepPreviousData,
    gcTime: 60_000,
  });
  const reading = text.trim() === '' ? undefined : data;
  // Places are counted in the composed form; text in another form shows its unknown words in the list only.
  const isComposed = text.normalize('NFC') === text;
  return (
    <Stack gap="sm">
      <SpokenTextField
        label={t('bulletins.compose.text')}
        placeholder={t('bulletins.compose.textPlaceholder')}
        value={text}
        onChange={onChange}
        unknownTokens={isComposed ? (reading?.unknownTokens ?? []) : []}
        lengthMax={TEXT_LENGTH_MAX}
        hint={<Measure text={text} spoken={reading?.spoken} wordsPerMinute={wordsPerMinute} hasFailed={error !== null} />}
      />
      {reading && <UnknownWords areaId={areaId} tokens={reading.unknownTokens} />}
      {reading && <AsSpoken spoken={reading.spoken} />}
    </Stack>
  );
}

interface MeasureProps {
  text: string;
  spoken: string | undefined;
  wordsPerMinute: number;
  hasFailed: boolean;
}

function Measure({ text, spoken, wordsPerMinute, hasFailed }: MeasureProps) {
  const { t } = useTranslation();
  const language = useLanguage();
  const seconds = spoken === undefined ? 0 : Math.round(estimateSpokenMs(spoken, wordsPerMinute) / 1000);
  const isEmpty = text.trim() === '';
  return (
    <Group justify="space-between" gap="xs" mt={6}>
      <Text size="sm" fw={600}>
        {!isEmpty && hasFailed ? t('bulletins.compose.secondsUnknown') : t('bulletins.compose.seconds', { count: seconds })}
      </Text>
      <Text size="sm" c="dimmed">
        {t('bulletins.compose.characters', {
          count: text.length,
          length: formatNumber(text.length, language),
          max: formatNumber(TEXT_LENGTH_MAX, language),
        })}
      </Text>
    </Group>
  );
}

function AsSpoken({ spoken }: { spoken: string }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const textId = useId();
  return (
    <div>
      <Button
        variant="subtle"
        size="compact-md"
        ml={-8}
        aria-expanded={isOpen}
        aria-controls={textId}
        onClick={() => setOpen(!isOpen)}
      >
        {t(isOpen ? 'bulletins.compose.hideSpoken' : 'bulletins.compose.showSpoken')}
      </Button>
      <Collapse expanded={isOpen}>
        <Text id={textId} size="sm" mt={4} p="sm" style={{ background: 'var(--tt-neutral-ground)', borderRadius: 8 }}>
          {spoken}
        </Text>
      </Collapse>
    </div>
  );
}

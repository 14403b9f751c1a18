import { NativeSelect, SegmentedControl, Slider, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { Class, Purpose } from '#contract/primitives.ts';
import { useWords } from '../i18n/language.ts';
import type { DraftContent } from './bulletin-draft.ts';

interface BulletinDetailsProps {
  content: DraftContent;
  onChange: (part: Partial<DraftContent>) => void;
}

const FIELDS = ['1', '2', '3', '4', '5', '6'] as const;
/** Spoken in communes; only Vietnamese is read by machine. */
const LANGUAGES = ['vi', 'km', 'hmn', 'tyz', 'blt', 'mtq', 'rad', 'jra', 'bdq', 'cjm', 'zh', 'en'] as const;
/** Voices of the embedded engine. */
const VOICES = ['vi', 'vi-vn-x-central', 'vi-vn-x-south'] as const;
const WORDS_PER_MINUTE = { min: 110, max: 200, step: 10 };
const TOPICS_MAX = 10;
const TOPIC_LENGTH_MAX = 40;

/** What is told about a bulletin beside what is said in it. */
export function BulletinDetails({ content, onChange }: BulletinDetailsProps) {
  const { t } = useTranslation();
  const { words, bulletins } = useWords();
  return (
    <Stack>
      <NativeSelect
        label={t('bulletins.compose.field')}
        value={String(content.field)}
        onChange={(event) => onChange({ field: Number(event.currentTarget.value) })}
        data={FIELDS.map((value) => ({ value, label: `${value}. ${bulletins.field[value]}` }))}
      />
      <NativeSelect
        label={t('bulletins.compose.class')}
        description={content.class === 'emergency' ? t('bulletins.compose.emergencyHint') : undefined}
        value={content.class}
        onChange={(event) => onChange({ class: Class.parse(event.currentTarget.value) })}
        data={Class.options.map((value) => ({ value, label: words.class[value] }))}
      />
      <TagsInput
        label={t('bulletins.compose.topics')}
        description={t('bulletins.compose.topicsHint')}
        data={Object.values(bulletins.compose.topicChoices)}
        value={content.topics}
        maxTags={TOPICS_MAX}
        acceptValueOnBlur
        onChange={(topics) =>
          onChange({ topics: topics.map((topic) => topic.trim().slice(0, TOPIC_LENGTH_MAX)).filter(Boolean) })
        }
      />
      <TextInput
        label={t('bulletins.compose.source')}
        placeholder={t('bulletins.compose.sourcePlaceholder')}
        value={content.source}
        maxLength={200}
        onChange={(event) => onChange({ source: event.currentTarget.value })}
      />
      <PurposeChoice value={content.purpose} onChange={(purpose) => onChange({ purpose })} />
      <LanguageChoice content={content} onChange={onChange} />
      {content.kind === 'text' && <VoiceChoice content={content} onChange={onChange} />}
    </Stack>
  );
}

function PurposeChoice({ value, onChange }: { value: Purpose; onChange: (purpose: Purpose) => void }) {
  const { t } = useTranslation();
  const { words } = useWords();
  const labelId = useId();
  return (
    <div>
      <Text id={labelId} size="sm" fw={600} mb={5}>
        {t('bulletins.compose.purpose')}
      </Text>
      <SegmentedControl
        fullWidth
        aria-labelledby={labelId}
        value={value}
        onChange={(chosen) => onChange(Purpose.parse(chosen))}
        data={Purpose.options.map((option) => ({ value: option, label: words.purpose[option] }))}
      />
      {value === 'drill' && (
        <Text size="sm" c="var(--tt-attention)" mt={4}>
          {t('bulletins.compose.drillHint')}
        </Text>
      )}
    </div>
  );
}

function LanguageChoice({ content, onChange }: BulletinDetailsProps) {
  const { t } = useTranslation();
  const { bulletins } = useWords();
  const isText = content.kind === 'text';
  return (
    <NativeSelect
      label={t('bulletins.compose.language')}
      description={isText ? t('bulletins.compose.languageHint') : undefined}
      value={content.language}
      onChange={(event) => onChange({ language: event.currentTarget.value })}
      data={withOwn(LANGUAGES, content.language).map((value) => ({
        value,
        label: (bulletins.compose.languages as Record<string, string>)[value] ?? value,
        disabled: isText && value !== 'vi',
      }))}
    />
  );
}

function VoiceChoice({ content, onChange }: BulletinDetailsProps) {
  const { t } = useTranslation();
  const { bulletins } = useWords();
  return (
    <>
      <NativeSelect
        label={t('bulletins.compose.voice')}
        value={content.voice}
        onChange={(event) => onChange({ voice: event.currentTarget.value })}
        data={withOwn(VOICES, content.voice).map((value) => ({
          value,
          label: (bulletins.compose.voices as Record<string, string>)[value] ?? value,
        }))}
      />
      <div>
        <Text aria-hidden size="sm" fw={600}>
          {t('bulletins.compose.speed', { count: content.wordsPerMinute })}
        </Text>
        <Slider
          {...WORDS_PER_MINUTE}
          value={content.wordsPerMinute}
          onChange={(wordsPerMinute) => onChange({ wordsPerMinute })}
          label={null}
          thumbLabel={t('bulletins.compose.speed', { count: content.wordsPerMinute })}
          marks={[
            { value: 120, label: t('bulletins.compose.slow') },
            { value: 150, label: t('bulletins.compose.even') },
            { value: 180, label: t('bulletins.compose.fast') },
          ]}
          mb="lg"
          mt={6}
        />
      </div>
    </>
  );
}

/** What was chosen elsewhere, by another engine or program, stays among the choices. */
function withOwn(choices: readonly string[], own: string): string[] {
  return choices.includes(own) ? [...choices] : [...choices, own];
}

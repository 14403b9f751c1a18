import { Button, Card, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Bulletin } from '#contract/bulletin.ts';
import { formatInstant } from '../format/instants.ts';
import { useWords } from '../i18n/language.ts';
import type { DraftContent } from './bulletin-draft.ts';
import type { DraftKeeper } from './draft-keeper.ts';

interface DraftConflictProps {
  keeper: DraftKeeper;
  mine: DraftContent;
  theirs: Bulletin;
}

/** The same bulletin was changed in two places. Both texts stand side by side, and nothing is overwritten until a person chose. */
export function DraftConflict({ keeper, mine, theirs }: DraftConflictProps) {
  const { t } = useTranslation();
  const { words } = useWords();
  const [isSaving, setSaving] = useState(false);
  const panel = useRef<HTMLDivElement>(null);
  // Whoever is typing far below must see it.
  useEffect(() => {
    // New browsers return a promise here, which is no clean-up.
    void panel.current?.scrollIntoView({ block: 'center' });
  }, []);
  const keepMine = async () => {
    setSaving(true);
    await keeper.keepMine();
    setSaving(false);
  };
  const theirState = words.bulletinState[theirs.state];
  return (
    <Card
      component="section"
      role="alert"
      ref={panel}
      withBorder
      radius="lg"
      padding="lg"
      mb="lg"
      style={{ borderColor: 'var(--tt-attention)' }}
    >
      <Title order={2} size="h4" mb={4}>
        {t('bulletins.compose.conflictTitle')}
      </Title>
      <Text mb="md">{t('bulletins.compose.conflictHint')}</Text>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <Version name={t('bulletins.compose.mine')} hint={t('bulletins.compose.mineHint')} title={mine.title} text={mine.text}>
          <Button fullWidth loading={isSaving} onClick={() => void keepMine()}>
            {t(
              theirs.state === 'draft' || theirs.state === 'rejected'
                ? 'bulletins.compose.keepMine'
                : 'bulletins.compose.keepMineWithdraw',
            )}
          </Button>
        </Version>
        <Version
          name={t('bulletins.compose.theirs')}
          hint={t('bulletins.compose.theirsHint', { at: formatInstant(theirs.updatedAt), state: theirState })}
          title={theirs.title}
          text={theirs.text ?? ''}
        >
          <Button fullWidth variant="default" onClick={() => keeper.adopt(theirs)}>
            {t('bulletins.compose.takeTheirs')}
          </Button>
        </Version>
      </SimpleGrid>
    </Card>
  );
}

interface VersionProps {
  name: string;
  hint: string;
  title: string;
  text: string;
  children: React.ReactNode;
}

function Version({ name, hint, title, text, children }: VersionProps) {
  const { t } = useTranslation();
  return (
    <Stack component="section" aria-label={name} gap="xs" justify="space-between">
      <div>
        <Title order={3} size="h5">
          {name}
        </Title>
        <Text size="sm" c="dimmed">
          {hint}
        </Text>
        <Text fw={600} mt="xs">
          {title === '' ? t('bulletins.compose.noTitle') : title}
        </Text>
        <Text style={{ whiteSpace: 'pre-wrap' }}>{text}</Text>
      </div>
      <Group>{children}</Group>
    </Stack>
  );
}

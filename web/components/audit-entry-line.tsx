import { Code, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AuditEntry } from '#contract/account.ts';
import { actorOf, deedOf } from '../format/audit-sentences.ts';
import { formatTimeWithSeconds } from '../format/instants.ts';
import { useWords } from '../i18n/language.ts';
import { paths } from '../paths.ts';
import { TextLink } from '../ui/text-link.tsx';

interface AuditEntryLineProps {
  entry: AuditEntry;
  nameOf: (id: unknown) => string | undefined;
}

/** One action as a sentence; what was written of it, word for word, can be opened below. */
export function AuditEntryLine({ entry, nameOf }: AuditEntryLineProps) {
  const { t } = useTranslation();
  const words = useWords();
  return (
    <Group
      component="li"
      gap="md"
      wrap="nowrap"
      align="flex-start"
      py={8}
      style={{ borderTop: '1px solid var(--mantine-color-default-border)' }}
    >
      <Text component="time" dateTime={entry.recordedAt} w={72} style={{ flex: 'none', fontVariantNumeric: 'tabular-nums' }}>
        {formatTimeWithSeconds(entry.recordedAt)}
      </Text>
      <div style={{ flex: 1, minWidth: 0 }}>
        <Text>
          <Text span fw={600}>
            {actorOf(words, entry, nameOf)}
          </Text>{' '}
          {deedOf(words, entry, nameOf)}
        </Text>
        <details>
          <summary>
            <Text span size="sm" c="dimmed">
              {`${t('administration.details')} · ${t('administration.entryNumber', { sequence: entry.sequence })}`}
            </Text>
          </summary>
          <Code block tabIndex={0} mt={4} style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
            {JSON.stringify({ action: entry.action, subjectId: entry.subjectId, ...entry.detail, hash: entry.hash }, null, 2)}
          </Code>
          <Group gap="md" mt={4}>
            <TextLink to={paths.audit} search={{ subject: entry.subjectId }} underline="always">
              {t('administration.onlyThisSubject')}
            </TextLink>
          </Group>
        </details>
      </div>
    </Group>
  );
}

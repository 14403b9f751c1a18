import { Button, Code, Group, Stack, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Airing } from '#contract/airing.ts';
import { apiAddress } from '../api/api-client.ts';
import { useRead } from '../api/queries.ts';
import { dayOf } from '../format/instants.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { Loaded } from '../ui/loading-state.tsx';

/** The signed receipts as a file, and the command by which anyone checks them without trusting this server. */
export function AiringProof({ airing }: { airing: Airing }) {
  const { t } = useTranslation();
  const keySet = useRead('readKeySet');
  const { airingId, startsAt } = airing;
  const file = t('coverage.downloadName', { day: dayOf(startsAt), id: airingId.slice(0, 8) });
  return (
    <Stack gap="sm">
      <Group>
        <Button
          component="a"
          href={apiAddress('exportReceipts', { params: { airingId } })}
          download={file}
          leftSection={<IconDownload size={18} aria-hidden />}
        >
          {t('coverage.download')}
        </Button>
      </Group>
      <Text fw={600}>{t('coverage.verifyCommand')}</Text>
      <Loaded query={keySet}>
        {({ keyId }) => {
          const command = `npm run verify-receipts -- ${file} --trust ${keyId}`;
          return (
            <>
              <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
                {command}
              </Code>
              <Group>
                <CopyButton text={command} label={t('coverage.copy')} />
              </Group>
            </>
          );
        }}
      </Loaded>
      <Text size="sm" c="dimmed">
        {t('coverage.rootKeyHint')}
      </Text>
    </Stack>
  );
}

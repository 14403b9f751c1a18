import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Receipt, ReceiptBody } from '#contract/receipt.ts';
import { readReceipts } from '../api/read-receipts.ts';
import { formatDuration } from '../format/durations.ts';
import { formatDate, formatTimeWithSeconds } from '../format/instants.ts';
import { useWords } from '../i18n/language.ts';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { Loaded } from '../ui/loading-state.tsx';
import { useReasonSentence } from './reason-sentence.ts';

/** Each receipt in the receiver's own order, as sentences. */
export function ReceiptList({ airingId, receiverId }: { airingId: string; receiverId: string }) {
  const { t } = useTranslation();
  const columns = useColumns();
  const query = useQuery({
    // Read anew with the deliveries: a receipt is what moves them.
    queryKey: ['listDeliveries', { receiptsOf: receiverId, airingId }],
    queryFn: ({ signal }) => readReceipts(airingId, receiverId, signal),
  });
  return (
    <Loaded query={query}>
      {(receipts) =>
        receipts === 'too-many' ? (
          <Text>{t('coverage.receiptsTooMany')}</Text>
        ) : (
          <DataTable
            caption={t('coverage.receipts')}
            columns={columns}
            rows={receipts}
            rowKey={({ head }) => String(head.sequence)}
            empty={<Text c="dimmed">{t('coverage.noReceipts')}</Text>}
          />
        )
      }
    </Loaded>
  );
}

function useColumns(): Column<Receipt>[] {
  const { t } = useTranslation();
  const { coverage } = useWords();
  const say = useReceiptSentence();
  return [
    { key: 'number', header: t('coverage.receiptNumber'), cell: ({ head }) => head.sequence },
    {
      key: 'at',
      header: t('coverage.recordedAt'),
      cell: ({ body }) => `${formatTimeWithSeconds(body.recordedAt)} ${formatDate(body.recordedAt)}`,
    },
    { key: 'says', header: t('coverage.receiptSays'), cell: ({ body }) => say(body) },
    { key: 'clock', header: t('coverage.clockTrust'), cell: ({ body }) => coverage.trust[body.clockTrust] },
  ];
}

function useReceiptSentence(): (body: ReceiptBody) => string {
  const { t } = useTranslation();
  const { words } = useWords();
  const sentenceOf = useReasonSentence();
  return (body) => {
    const said = t(`coverage.receiptKind.${body.kind}`, {
      ...('repeat' in body ? { repeat: body.repeat + 1, item: body.item + 1 } : {}),
      ...('playedMs' in body ? { played: formatDuration(body.playedMs), expected: formatDuration(body.expectedMs) } : {}),
      ...(body.kind === 'delivery-ended' ? { outcome: words.deliveryState[body.outcome] } : {}),
    });
    return 'code' in body && body.code !== null ? `${said}. ${sentenceOf(body.code)}` : said;
  };
}

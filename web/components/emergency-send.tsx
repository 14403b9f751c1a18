import { Card, Stack, Text, TextInput, Title } from '@mantine/core';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { withoutMarks } from '../format/area-tree.ts';
import { ActionButton } from '../ui/action-button.tsx';

interface EmergencySendProps {
  areaName: string;
  /** A drill is never worded as the real thing. */
  isDrill: boolean;
  /** Undefined while it is not known. */
  clusters: number | undefined;
  isPending: boolean;
  disabledReason: string | undefined;
  onSend: () => void;
}

/** No plain "are you sure": the name of the area is typed, so that the hand knows where it will sound. */
export function EmergencySend(props: EmergencySendProps) {
  const { areaName, isDrill, clusters, isPending, disabledReason, onSend } = props;
  const { t } = useTranslation();
  const titleId = useId();
  const [typed, setTyped] = useState('');
  const isNamed = withoutMarks(typed).trim() === withoutMarks(areaName).trim();
  const reason = disabledReason ?? (isNamed ? undefined : t('airings.typeAreaFirst'));
  const submit = (event: React.FormEvent) => {
    event.preventDefault();
    if (reason === undefined && !isPending) onSend();
  };
  return (
    <Card
      component="section"
      aria-labelledby={titleId}
      withBorder
      radius="md"
      style={{ borderColor: isDrill ? 'var(--tt-active)' : 'var(--tt-bad)', borderWidth: 2 }}
    >
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Title order={3} size="h5" id={titleId} c={isDrill ? 'var(--tt-active)' : 'var(--tt-bad)'}>
            {t(isDrill ? 'airings.drillTitle' : 'airings.emergencyTitle')}
          </Title>
          <Text>
            {t('airings.emergencyHint', {
              where: clusters === undefined ? areaName : t('airings.clusters', { count: clusters }),
            })}
          </Text>
          <TextInput
            label={t('airings.typeArea', { area: areaName })}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            autoComplete="off"
            spellCheck={false}
            size="md"
          />
          <ActionButton
            type="submit"
            size="md"
            disabledReason={reason}
            loading={isPending}
            {...(isDrill ? {} : { color: 'red.9' })}
          >
            {t(isDrill ? 'airings.drillSend' : 'airings.emergencySend')}
          </ActionButton>
        </Stack>
      </form>
    </Card>
  );
}

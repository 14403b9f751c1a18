import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ActionButton } from './action-button.tsx';
import { ProblemAlert } from './problem-alert.tsx';

interface ConfirmButtonProps {
  label: string;
  /** Says what will happen and to whom, so that the answer needs no guess: "Huỷ lượt 05:00 ở 10 ấp?" */
  question: string;
  /** A verb, never a plain yes. */
  confirmLabel: string;
  /** Stays open while it runs, and shows what it throws. */
  onConfirm: () => Promise<unknown>;
  isDangerous?: boolean;
  disabledReason?: string | undefined;
  leftSection?: ReactNode;
  /** More to fill in or read before deciding. */
  children?: ReactNode;
}

export function ConfirmButton(props: ConfirmButtonProps) {
  const { label, question, confirmLabel, onConfirm, isDangerous = false, disabledReason, leftSection, children } = props;
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const [isRunning, setRunning] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const color = isDangerous ? { color: 'red.9' } : {};

  const confirm = async () => {
    setRunning(true);
    setError(null);
    try {
      await onConfirm();
      setOpen(false);
    } catch (thrown) {
      setError(thrown);
    } finally {
      setRunning(false);
    }
  };
  return (
    <>
      <ActionButton variant="default" leftSection={leftSection} disabledReason={disabledReason} onClick={() => setOpen(true)}>
        {label}
      </ActionButton>
      <Modal opened={isOpen} onClose={() => setOpen(false)} title={label} closeButtonProps={{ 'aria-label': t('ui.close') }}>
        <Stack>
          <Text>{question}</Text>
          {children}
          <ProblemAlert error={error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={() => setOpen(false)}>
              {t('ui.cancel')}
            </Button>
            <Button {...color} loading={isRunning} onClick={() => void confirm()}>
              {confirmLabel}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}

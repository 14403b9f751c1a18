import { Button, Group, Modal, Stack, type ButtonProps } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ActionButton } from './action-button.tsx';
import { ProblemAlert } from './problem-alert.tsx';

interface FormDialogProps {
  /** On the button that opens it. */
  label: string;
  title: string;
  submitLabel: string;
  /** Stays open while it runs, and shows what it throws. */
  onSubmit: () => Promise<unknown>;
  /** Sets the fields to what they begin with. */
  onOpen?: () => void;
  /** What still has to be filled in; the button says it. */
  missing?: string | undefined;
  disabledReason?: string | undefined;
  leftSection?: ReactNode;
  variant?: ButtonProps['variant'];
  size?: ButtonProps['size'];
  children: ReactNode;
}

/** A button that opens a form; the Enter key sends it. */
export function FormDialog(props: FormDialogProps) {
  const { label, title, submitLabel, onSubmit, onOpen, missing, disabledReason, leftSection, children } = props;
  const { variant = 'default', size } = props;
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const [isRunning, setRunning] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const open = () => {
    setError(null);
    onOpen?.();
    setOpen(true);
  };
  const submit = async (event: React.FormEvent) => {
    event.preventDefault();
    // In React it would go on to a form that the button stands in.
    event.stopPropagation();
    if (missing !== undefined || isRunning) return;
    setRunning(true);
    setError(null);
    try {
      await onSubmit();
      setOpen(false);
    } catch (thrown) {
      setError(thrown);
    } finally {
      setRunning(false);
    }
  };
  return (
    <>
      <ActionButton
        variant={variant}
        {...(size === undefined ? {} : { size })}
        leftSection={leftSection}
        disabledReason={disabledReason}
        onClick={open}
      >
        {label}
      </ActionButton>
      <Modal opened={isOpen} onClose={() => setOpen(false)} title={title} closeButtonProps={{ 'aria-label': t('ui.close') }}>
        <form onSubmit={(event) => void submit(event)} noValidate>
          <Stack>
            {children}
            <ProblemAlert error={error} />
            <Group justify="flex-end" align="flex-start">
              <Button variant="default" onClick={() => setOpen(false)}>
                {t('ui.cancel')}
              </Button>
              <ActionButton type="submit" loading={isRunning} disabledReason={missing}>
                {submitLabel}
              </ActionButton>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}

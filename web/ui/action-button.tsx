import { Button, type ButtonProps, Stack, Text } from '@mantine/core';
import { type MouseEventHandler, useId } from 'react';

interface ActionButtonProps extends Omit<ButtonProps, 'disabled'> {
  /** Why it can't be pressed now. The button stays in its place, and the reason stands below it. */
  disabledReason?: string | undefined;
  onClick?: MouseEventHandler<HTMLButtonElement>;
  type?: 'button' | 'submit';
}

/** A button is never hidden because of a right or a state: it says why it can't be pressed, also to the keyboard and the ear. */
export function ActionButton({ disabledReason, onClick, type = 'button', ...rest }: ActionButtonProps) {
  const reasonId = useId();
  if (disabledReason === undefined) return <Button type={type} onClick={onClick} {...rest} />;
  return (
    <Stack gap={4} maw={320}>
      <Button type="button" aria-disabled data-disabled aria-describedby={reasonId} {...rest} />
      <Text id={reasonId} size="sm" c="dimmed">
        {disabledReason}
      </Text>
    </Stack>
  );
}

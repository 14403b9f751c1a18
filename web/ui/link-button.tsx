import { Button, type ButtonProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, Ref } from 'react';
import { ActionButton } from './action-button.tsx';

interface LinkButtonProps
  extends Omit<ButtonProps, 'disabled'>, Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof ButtonProps> {
  disabledReason?: string | undefined;
  ref?: Ref<HTMLAnchorElement>;
}

/** A link that looks like a button: `to`, `params` and `search` as those of Link. With a reason it leads nowhere and says why. */
export const LinkButton = createLink(function ButtonAnchor({ disabledReason, children, ref, ...rest }: LinkButtonProps) {
  if (disabledReason !== undefined) {
    const { variant, color, size, leftSection } = rest;
    return (
      <ActionButton variant={variant} color={color} size={size} leftSection={leftSection} disabledReason={disabledReason}>
        {children}
      </ActionButton>
    );
  }
  return (
    <Button component="a" ref={ref} {...rest}>
      {children}
    </Button>
  );
});

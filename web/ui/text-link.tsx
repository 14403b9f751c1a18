import { Anchor, type AnchorProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, Ref } from 'react';

interface TextLinkProps extends AnchorProps, Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof AnchorProps> {
  ref?: Ref<HTMLAnchorElement>;
}

/** A link within the console, with `to`, `params` and `search` checked against the routes. */
export const TextLink = createLink(function TextAnchor({ ref, ...rest }: TextLinkProps) {
  return <Anchor ref={ref} {...rest} />;
});

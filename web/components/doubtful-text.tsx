import { Text, VisuallyHidden } from '@mantine/core';
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import type { UnknownToken } from '#contract/bulletin.ts';
import classes from './read-text.module.css';

/** A text to read, with the words underlined of which the rules are not sure, and how they will be said. */
export function DoubtfulText({ text, tokens }: { text: string; tokens: readonly UnknownToken[] }) {
  const { t } = useTranslation();
  // Indices count in the composed form of the text.
  const composed = text.normalize('NFC');
  const marks = tokens
    .filter(({ startIndex, written }) => composed.startsWith(written, startIndex))
    .toSorted((a, b) => a.startIndex - b.startIndex)
    .filter((token, index, all) => index === 0 || token.startIndex >= endOf(all[index - 1]));
  return (
    <Text className={classes['text']}>
      {marks.map((token, index) => (
        <Fragment key={token.startIndex}>
          {composed.slice(endOf(marks[index - 1]), token.startIndex)}
          <mark className={classes['doubt']}>{token.written}</mark>
          <span className={classes['said']}>
            {' '}
            <VisuallyHidden>{t('approvals.saidAs', { spoken: token.spoken })}</VisuallyHidden>
            <span aria-hidden>[{token.spoken}]</span>
          </span>
        </Fragment>
      ))}
      {composed.slice(endOf(marks.at(-1)))}
    </Text>
  );
}

function endOf(token: UnknownToken | undefined): number {
  return token ? token.startIndex + token.written.length : 0;
}

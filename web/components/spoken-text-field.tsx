import { Input } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import type { UnknownToken } from '#contract/bulletin.ts';
import classes from './spoken-text-field.module.css';

interface SpokenTextFieldProps {
  label: string;
  placeholder: string;
  value: string;
  onChange: (text: string) => void;
  /** Underlined where they still stand as they stood when they were found. */
  unknownTokens: readonly UnknownToken[];
  lengthMax: number;
  /** Stands below and is read with the field. */
  hint: ReactNode;
}

/** A field for text that will be spoken. It grows with its text, so that nothing of it is ever out of sight. */
export function SpokenTextField({ label, placeholder, value, onChange, unknownTokens, lengthMax, hint }: SpokenTextFieldProps) {
  const fieldId = useId();
  const hintId = useId();
  return (
    <div>
      <Input.Label htmlFor={fieldId} size="md">
        {label}
      </Input.Label>
      <div className={classes['field']}>
        <div aria-hidden className={`${classes['layer']} ${classes['under']}`}>
          <Underlined text={value} unknownTokens={unknownTokens} />
        </div>
        <textarea
          id={fieldId}
          aria-describedby={hintId}
          className={`${classes['layer']} ${classes['input']}`}
          value={value}
          maxLength={lengthMax}
          placeholder={placeholder}
          spellCheck={false}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      </div>
      <div id={hintId}>{hint}</div>
    </div>
  );
}

function Underlined({ text, unknownTokens }: { text: string; unknownTokens: readonly UnknownToken[] }) {
  const pieces: ReactNode[] = [];
  let at = 0;
  for (const { written, startIndex } of unknownTokens) {
    if (startIndex < at || text.slice(startIndex, startIndex + written.length) !== written) continue;
    pieces.push(text.slice(at, startIndex));
    pieces.push(
      <mark key={startIndex} className={classes['unknown']}>
        {written}
      </mark>,
    );
    at = startIndex + written.length;
  }
  // A last line without letters has no height in a block; the field beside it has.
  return (
    <>
      {pieces}
      {text.slice(at)}
      {'\u200b'}
    </>
  );
}

import { formatInstant, formatRelativeInstant } from '../format/instants.ts';
import { useWords } from '../i18n/language.ts';

/** An instant as the commune's clock shows it: "hôm nay 05:00"; the full date is there for the pointer. */
export function InstantText({ at, isAbsolute = false }: { at: string; isAbsolute?: boolean }) {
  const { words } = useWords();
  return (
    <time dateTime={at} title={formatInstant(at)}>
      {isAbsolute ? formatInstant(at) : formatRelativeInstant(at, Date.now(), words)}
    </time>
  );
}

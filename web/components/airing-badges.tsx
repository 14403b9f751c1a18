import type { Airing } from '#contract/airing.ts';
import { useWords } from '../i18n/language.ts';
import { StateBadge } from '../ui/state-badge.tsx';

/** What must not be overlooked of an airing: how urgent it is, and that it is only a drill. */
export function AiringBadges({ airing }: { airing: Pick<Airing, 'class' | 'purpose'> }) {
  const { words } = useWords();
  return (
    <>
      {airing.class !== 'normal' && (
        <StateBadge tone={airing.class === 'emergency' ? 'bad' : 'attention'} label={words.class[airing.class]} />
      )}
      {airing.purpose === 'drill' && <StateBadge tone="attention" label={words.purpose.drill} />}
    </>
  );
}

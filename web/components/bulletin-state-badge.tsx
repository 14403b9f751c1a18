import type { BulletinState } from '#contract/bulletin.ts';
import { useWords } from '../i18n/language.ts';
import { StateBadge, type Tone } from '../ui/state-badge.tsx';

const TONES: Record<BulletinState, Tone> = { draft: 'neutral', submitted: 'attention', approved: 'good', rejected: 'bad' };

export function BulletinStateBadge({ state }: { state: BulletinState }) {
  return <StateBadge tone={TONES[state]} label={useWords().words.bulletinState[state]} />;
}

import type { DeliveryState } from '#contract/primitives.ts';
import { useWords } from '../i18n/language.ts';
import { StateBadge, type Tone } from '../ui/state-badge.tsx';

/** Only what is proven is green; `unknown` looks like nothing else. */
export const DELIVERY_TONES: Record<DeliveryState, Tone> = {
  planned: 'neutral',
  ready: 'neutral',
  playing: 'active',
  played: 'good',
  partial: 'attention',
  interrupted: 'attention',
  displaced: 'attention',
  missed: 'bad',
  failed: 'bad',
  refused: 'bad',
  cancelled: 'neutral',
  unknown: 'unknown',
};

export function DeliveryStateBadge({ state }: { state: DeliveryState }) {
  return <StateBadge tone={DELIVERY_TONES[state]} label={useWords().words.deliveryState[state]} />;
}

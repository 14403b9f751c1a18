import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleX,
  IconPlayerPlay,
  IconPointFilled,
} from '@tabler/icons-react';
import classes from './state-badge.module.css';

/** `unknown` is a state of its own: dashed and grey, never green. */
export type Tone = 'good' | 'attention' | 'bad' | 'active' | 'neutral' | 'unknown';

const ICONS = {
  good: IconCircleCheck,
  attention: IconAlertTriangle,
  bad: IconCircleX,
  active: IconPlayerPlay,
  neutral: IconPointFilled,
  unknown: IconCircleDashed,
} satisfies Record<Tone, unknown>;

/** A state as icon, colour and word together: never colour alone. */
export function StateBadge({ tone, label }: { tone: Tone; label: string }) {
  const Icon = ICONS[tone];
  const style = { '--tone': `var(--tt-${tone})`, '--ground': `var(--tt-${tone}-ground)` } as React.CSSProperties;
  return (
    <span className={tone === 'unknown' ? `${classes['badge']} ${classes['unknown']}` : classes['badge']} style={style}>
      <Icon size={16} aria-hidden />
      {label}
    </span>
  );
}

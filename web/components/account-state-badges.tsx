import { Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Account } from '#contract/account.ts';
import { formatRelativeInstant } from '../format/instants.ts';
import { useWords } from '../i18n/language.ts';
import { StateBadge } from '../ui/state-badge.tsx';

export function AccountStateBadges({ account }: { account: Account }) {
  const { t } = useTranslation();
  const { words } = useWords();
  const nowMs = Date.now();
  const isLocked = account.lockedUntil !== null && Date.parse(account.lockedUntil) > nowMs;
  return (
    <Group gap={6}>
      <StateBadge
        tone={account.state === 'active' ? 'good' : 'neutral'}
        label={t(account.state === 'active' ? 'administration.accountActive' : 'administration.accountDisabled')}
      />
      {isLocked && account.lockedUntil && (
        <StateBadge
          tone="attention"
          label={t('administration.lockedUntil', { time: formatRelativeInstant(account.lockedUntil, nowMs, words) })}
        />
      )}
    </Group>
  );
}

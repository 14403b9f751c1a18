import { ActionIcon, Group, Select, Stack, Text, VisuallyHidden } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Bulletin } from '#contract/bulletin.ts';
import { withoutMarks } from '../format/area-tree.ts';
import { formatDuration } from '../format/durations.ts';
import { formatInstant } from '../format/instants.ts';
import { paths } from '../paths.ts';
import { EmptyState } from '../ui/empty-state.tsx';
import { LinkButton } from '../ui/link-button.tsx';
import { AiringBadges } from './airing-badges.tsx';
import { soundOf } from './bulletins-by-state.ts';

interface BulletinOrderProps {
  approved: readonly Bulletin[];
  /** In order. */
  value: readonly string[];
  onChange: (bulletinIds: string[]) => void;
}

const SHOWN_MAX = 100;

/** Approved bulletins in the order in which they air; moved by buttons, so by finger and keyboard alike. */
export function BulletinOrder({ approved, value, onChange }: BulletinOrderProps) {
  const { t } = useTranslation();
  const [said, setSaid] = useState('');
  const titleOf = (bulletinId: string) =>
    approved.find((bulletin) => bulletin.bulletinId === bulletinId)?.title || t('airings.untitled');
  const move = (from: number, to: number) => {
    const next = value.filter((_, index) => index !== from);
    next.splice(to, 0, value[from] as string);
    onChange(next);
    setSaid(t('airings.movedTo', { title: titleOf(value[from] as string), position: to + 1, count: value.length }));
  };
  if (approved.length === 0 && value.length === 0) {
    return (
      <EmptyState title={t('airings.noApproved')} hint={t('airings.noApprovedHint')}>
        <LinkButton to={paths.bulletins} variant="default">
          {t('airings.seeBulletins')}
        </LinkButton>
      </EmptyState>
    );
  }
  return (
    <Stack gap="sm">
      <AddBulletin approved={approved} chosen={value} onAdd={(bulletinId) => onChange([...value, bulletinId])} />
      <Stack component="ol" gap={0} m={0} p={0} style={{ listStyle: 'none' }} aria-label={t('airings.chosenBulletins')}>
        {value.map((bulletinId, index) => (
          <ChosenBulletin
            key={bulletinId}
            bulletin={approved.find((bulletin) => bulletin.bulletinId === bulletinId)}
            position={index + 1}
            onEarlier={index === 0 ? undefined : () => move(index, index - 1)}
            onLater={index === value.length - 1 ? undefined : () => move(index, index + 1)}
            onRemove={() => onChange(value.filter((one) => one !== bulletinId))}
          />
        ))}
      </Stack>
      <VisuallyHidden role="status">{said}</VisuallyHidden>
    </Stack>
  );
}

interface AddBulletinProps {
  approved: readonly Bulletin[];
  chosen: readonly string[];
  onAdd: (bulletinId: string) => void;
}

function AddBulletin({ approved, chosen, onAdd }: AddBulletinProps) {
  const { t } = useTranslation();
  const [search, setSearch] = useState('');
  const offered = approved.filter(({ bulletinId }) => !chosen.includes(bulletinId));
  const lengthOf = (bulletin: Bulletin) => formatDuration(soundOf(bulletin)?.durationMs ?? 0);
  return (
    <Select
      label={t('airings.addBulletin')}
      description={t('airings.addBulletinHint')}
      placeholder={t('airings.findBulletin')}
      nothingFoundMessage={t('airings.noBulletinFound')}
      searchable
      limit={SHOWN_MAX}
      size="md"
      value={null}
      searchValue={search}
      onSearchChange={setSearch}
      data={offered.map(({ bulletinId, title }) => ({ value: bulletinId, label: title || t('airings.untitled') }))}
      filter={({ options, search: typed }) =>
        options.filter((option) => 'label' in option && withoutMarks(String(option.label)).includes(withoutMarks(typed.trim())))
      }
      renderOption={({ option }) => {
        const bulletin = offered.find(({ bulletinId }) => bulletinId === option.value);
        return (
          <Stack gap={0}>
            <Group gap="xs">
              {option.label}
              {bulletin && <AiringBadges airing={bulletin} />}
            </Group>
            <Text size="sm" c="dimmed">
              {bulletin && `${lengthOf(bulletin)} · ${bulletin.authorName} · ${formatInstant(bulletin.updatedAt)}`}
            </Text>
          </Stack>
        );
      }}
      onChange={(bulletinId) => {
        if (bulletinId === null) return;
        onAdd(bulletinId);
        setSearch('');
      }}
    />
  );
}

interface ChosenBulletinProps {
  /** Undefined when it is no longer approved, or of another area. */
  bulletin: Bulletin | undefined;
  position: number;
  onEarlier: (() => void) | undefined;
  onLater: (() => void) | undefined;
  onRemove: () => void;
}

function ChosenBulletin({ bulletin, position, onEarlier, onLater, onRemove }: ChosenBulletinProps) {
  const { t } = useTranslation();
  const title = bulletin?.title || t('airings.untitled');
  const durationMs = bulletin && soundOf(bulletin)?.durationMs;
  return (
    <Group component="li" gap="sm" wrap="nowrap" py={6} style={{ borderTop: '1px solid var(--mantine-color-default-border)' }}>
      <Text fw={600} style={{ fontVariantNumeric: 'tabular-nums' }}>
        {position}.
      </Text>
      <div style={{ flex: 1, minWidth: 0 }}>
        <Group gap="xs">
          <Text {...(bulletin ? {} : { c: 'var(--tt-bad)' })}>{bulletin ? title : t('airings.notAmongApproved')}</Text>
          {bulletin && <AiringBadges airing={bulletin} />}
        </Group>
        {durationMs !== undefined && (
          <Text size="sm" c="dimmed">
            {formatDuration(durationMs)}
          </Text>
        )}
      </div>
      <Group gap={4} wrap="nowrap">
        <OrderButton label={t('airings.earlier', { title })} onClick={onEarlier} icon={<IconArrowUp size={18} aria-hidden />} />
        <OrderButton label={t('airings.later', { title })} onClick={onLater} icon={<IconArrowDown size={18} aria-hidden />} />
        <OrderButton label={t('airings.remove', { title })} onClick={onRemove} icon={<IconX size={18} aria-hidden />} />
      </Group>
    </Group>
  );
}

/** Stays in its place and keeps the focus where it can do nothing, so that a second press does not hit its neighbour. */
function OrderButton({ label, onClick, icon }: { label: string; onClick: (() => void) | undefined; icon: React.ReactNode }) {
  const still = onClick === undefined ? { 'aria-disabled': true, 'data-disabled': true } : {};
  return (
    <ActionIcon variant="default" size={40} aria-label={label} onClick={onClick} {...still}>
      {icon}
    </ActionIcon>
  );
}

import { Group, Kbd, Modal, Stack, Table, Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigationPlaces } from './frame-navigation.tsx';
import { AREA_SWITCH_ID, SHORTCUTS_EVENT } from './frame-signals.ts';

/** After `g`: the first letter of the English name, or the next that is free. */
const LETTERS = {
  home: 'h',
  bulletins: 'b',
  approvals: 'p',
  schedule: 's',
  onAir: 'o',
  receivers: 'r',
  administration: 'a',
} as const;
const SECOND_KEY_WITHIN_MS = 1_500;

/** Keys that work wherever no field has the focus, and their list. */
export function Shortcuts() {
  const { t } = useTranslation();
  const places = useNavigationPlaces();
  const navigate = useNavigate();
  const [isOpen, setOpen] = useState(false);
  const prefixAtMs = useRef(0);
  useEffect(() => {
    const open = () => setOpen(true);
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const isSecond = performance.now() - prefixAtMs.current < SECOND_KEY_WITHIN_MS;
      prefixAtMs.current = event.key === 'g' ? performance.now() : 0;
      if (event.key === '?') open();
      else if (event.key === '/') focusAreaSwitch(event);
      else if (isSecond) {
        const place = places.find(({ name }) => LETTERS[name] === event.key);
        if (place) void navigate({ to: place.to });
      }
    };
    window.addEventListener(SHORTCUTS_EVENT, open);
    window.addEventListener('keydown', press);
    return () => {
      window.removeEventListener(SHORTCUTS_EVENT, open);
      window.removeEventListener('keydown', press);
    };
  }, [places, navigate]);
  return (
    <Modal
      opened={isOpen}
      onClose={() => setOpen(false)}
      title={t('frame.shortcuts')}
      closeButtonProps={{ 'aria-label': t('ui.close') }}
    >
      <Stack>
        <Text c="dimmed">{t('frame.shortcutsHint')}</Text>
        <Table>
          <Table.Tbody>
            {places.map(({ name }) => (
              <Row key={name} keys={['g', LETTERS[name]]} label={t('frame.shortcutGo', { page: t(`frame.${name}`) })} />
            ))}
            <Row keys={['/']} label={t('frame.shortcutArea')} />
            <Row keys={['?']} label={t('frame.shortcutHelp')} />
          </Table.Tbody>
        </Table>
      </Stack>
    </Modal>
  );
}

function Row({ keys, label }: { keys: readonly string[]; label: string }) {
  const { t } = useTranslation();
  return (
    <Table.Tr>
      <Table.Td>{label}</Table.Td>
      <Table.Td>
        <Group gap={6} justify="flex-end" wrap="nowrap">
          {keys.map((key, index) => (
            <Group key={key} gap={6} wrap="nowrap">
              {index > 0 && <Text size="sm">{t('frame.thenKey')}</Text>}
              <Kbd>{key}</Kbd>
            </Group>
          ))}
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

function focusAreaSwitch(event: KeyboardEvent): void {
  event.preventDefault();
  document.getElementById(AREA_SWITCH_ID)?.focus();
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.closest('[role="dialog"]') !== null)
  );
}

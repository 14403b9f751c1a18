import { ActionIcon, Avatar, Menu, Modal, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { IconKey, IconKeyboard, IconLanguage, IconLogout, IconMoon, IconShieldLock, IconSun } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { callApi } from '../api/api-client.ts';
import { isProblem } from '../api/problem-error.ts';
import { useAccount, useChangeSession } from '../api/session.ts';
import { changeLanguage, useLanguage } from '../i18n/language.ts';
import { LoadingState } from '../ui/loading-state.tsx';
import { sayProblem } from '../ui/notify.tsx';
import { openShortcutsHelp } from './frame-signals.ts';

const SecondFactorPanel = lazy(() =>
  import('./second-factor-panel.tsx').then((module) => ({ default: module.SecondFactorPanel })),
);
const ChangePasswordPanel = lazy(() =>
  import('./change-password-panel.tsx').then((module) => ({ default: module.ChangePasswordPanel })),
);

export function AccountMenu() {
  const { t } = useTranslation();
  const account = useAccount();
  const [panel, setPanel] = useState<'changePassword' | 'secondFactor' | null>(null);
  const signOut = useSignOut();
  return (
    <>
      <Menu position="bottom-end" width={260}>
        <Menu.Target>
          <ActionIcon variant="subtle" size={44} radius="xl" aria-label={t('frame.account', { name: account.displayName })}>
            <Avatar
              color="river"
              radius="xl"
              size={36}
              aria-hidden
              styles={{ placeholder: { color: 'var(--tt-active)', background: 'var(--tt-active-ground)' } }}
            >
              {initialsOf(account.displayName)}
            </Avatar>
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label c="dimmed">{account.displayName}</Menu.Label>
          <Menu.Item leftSection={<IconShieldLock size={18} aria-hidden />} onClick={() => setPanel('secondFactor')}>
            {t('frame.secondFactor')}
          </Menu.Item>
          <Menu.Item leftSection={<IconKey size={18} aria-hidden />} onClick={() => setPanel('changePassword')}>
            {t('frame.changePassword')}
          </Menu.Item>
          <Menu.Divider />
          <LanguageItem />
          <SchemeItem />
          <Menu.Item visibleFrom="sm" leftSection={<IconKeyboard size={18} aria-hidden />} onClick={openShortcutsHelp}>
            {t('frame.shortcuts')}
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item leftSection={<IconLogout size={18} aria-hidden />} onClick={() => void signOut()}>
            {t('frame.signOut')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Modal
        opened={panel !== null}
        onClose={() => setPanel(null)}
        title={panel ? t(`frame.${panel}`) : ''}
        closeButtonProps={{ 'aria-label': t('ui.close') }}
      >
        <Suspense fallback={<LoadingState />}>
          {panel === 'secondFactor' && <SecondFactorPanel onDone={() => setPanel(null)} />}
          {panel === 'changePassword' && <ChangePasswordPanel onDone={() => setPanel(null)} />}
        </Suspense>
      </Modal>
    </>
  );
}

/** Names the other language in that language: who cannot read this one finds the way. */
function LanguageItem() {
  const { t } = useTranslation();
  const other = useLanguage() === 'vi' ? 'en' : 'vi';
  return (
    <Menu.Item lang={other} leftSection={<IconLanguage size={18} aria-hidden />} onClick={() => void changeLanguage(other)}>
      {t(other === 'en' ? 'frame.english' : 'frame.vietnamese')}
    </Menu.Item>
  );
}

function SchemeItem() {
  const { t } = useTranslation();
  const { setColorScheme } = useMantineColorScheme();
  const isDark = useComputedColorScheme('light') === 'dark';
  return (
    <Menu.Item
      leftSection={isDark ? <IconSun size={18} aria-hidden /> : <IconMoon size={18} aria-hidden />}
      onClick={() => setColorScheme(isDark ? 'light' : 'dark')}
    >
      {t(isDark ? 'frame.lightTheme' : 'frame.darkTheme')}
    </Menu.Item>
  );
}

function useSignOut(): () => Promise<void> {
  const change = useChangeSession();
  const queryClient = useQueryClient();
  return async () => {
    await queryClient.cancelQueries();
    try {
      await callApi('signOut');
    } catch (error) {
      // Signed out elsewhere already is as good; anything else means that the session lives on, and that must be known.
      if (!isProblem(error, 'not-signed-in')) return sayProblem(error);
    }
    change(null);
  };
}

/** Vietnamese given names come last: "Trần Thị Bé" is Bé. */
function initialsOf(name: string): string {
  return (name.trim().split(/\s+/).at(-1) ?? '').slice(0, 1).toUpperCase();
}

import { Menu, Stack } from '@mantine/core';
import {
  IconBroadcast,
  IconCalendarEvent,
  IconChecklist,
  IconDots,
  IconFileText,
  IconHome,
  IconSettings,
  IconSpeakerphone,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Role } from '#contract/account.ts';
import { useAccount } from '../api/session.ts';
import { paths } from '../paths.ts';
import classes from './app-frame.module.css';

interface Place {
  to: (typeof paths)['home' | 'bulletins' | 'approvals' | 'schedule' | 'onAir' | 'receivers' | 'areas' | 'dictionary'];
  name: 'home' | 'bulletins' | 'approvals' | 'schedule' | 'onAir' | 'receivers' | 'administration';
  Icon: typeof IconHome;
  /** Who has something to do there; absent: everybody. The server decides, whatever is shown. */
  roles?: readonly Role[];
}

const PLACES: readonly Place[] = [
  { to: paths.home, name: 'home', Icon: IconHome },
  { to: paths.bulletins, name: 'bulletins', Icon: IconFileText },
  { to: paths.approvals, name: 'approvals', Icon: IconChecklist, roles: ['approver'] },
  { to: paths.schedule, name: 'schedule', Icon: IconCalendarEvent },
  { to: paths.onAir, name: 'onAir', Icon: IconBroadcast },
  { to: paths.receivers, name: 'receivers', Icon: IconSpeakerphone },
  { to: paths.areas, name: 'administration', Icon: IconSettings, roles: ['administrator', 'technician'] },
  { to: paths.dictionary, name: 'administration', Icon: IconSettings, roles: ['author'] },
];
/** Beside the menu with the rest, on a telephone. */
const TABS = 4;

export function useNavigationPlaces(): readonly Place[] {
  const { grants } = useAccount();
  const mine = PLACES.filter(({ roles }) => !roles || grants.some(({ role }) => roles.includes(role)));
  return mine.filter((place, index) => mine.findIndex(({ name }) => name === place.name) === index);
}

export function SideNavigation() {
  const { t } = useTranslation();
  return (
    <Stack gap={4}>
      {useNavigationPlaces().map(({ to, name, Icon }) => (
        <Link key={name} to={to} activeOptions={{ exact: to === paths.home, includeSearch: false }} className={classes['side']}>
          <Icon size={22} stroke={1.7} aria-hidden />
          {t(`frame.${name}`)}
        </Link>
      ))}
    </Stack>
  );
}

export function BottomNavigation() {
  const { t } = useTranslation();
  const places = useNavigationPlaces();
  const rest = places.slice(TABS);
  return (
    <nav aria-label={t('frame.navigation')} style={{ height: '100%' }}>
      <ul className={classes['bottom']}>
        {places.slice(0, TABS).map(({ to, name, Icon }) => (
          <li key={name}>
            <Link to={to} activeOptions={{ exact: to === paths.home, includeSearch: false }} className={classes['tab']}>
              <Icon size={24} stroke={1.7} aria-hidden />
              {t(`frame.${name}`)}
            </Link>
          </li>
        ))}
        {rest.length > 0 && (
          <li>
            <Menu position="top-end" width={220}>
              <Menu.Target>
                <button type="button" className={classes['tab']}>
                  <IconDots size={24} stroke={1.7} aria-hidden />
                  {t('frame.more')}
                </button>
              </Menu.Target>
              <Menu.Dropdown>
                {rest.map(({ to, name, Icon }) => (
                  <Menu.Item
                    key={name}
                    component={Link}
                    to={to}
                    py="sm"
                    leftSection={<Icon size={22} stroke={1.7} aria-hidden />}
                  >
                    {t(`frame.${name}`)}
                  </Menu.Item>
                ))}
              </Menu.Dropdown>
            </Menu>
          </li>
        )}
      </ul>
    </nav>
  );
}

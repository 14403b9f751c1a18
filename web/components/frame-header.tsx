import { Group } from '@mantine/core';
import { IconMapPin } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { paths } from '../paths.ts';
import { AccountMenu } from './account-menu.tsx';
import classes from './app-frame.module.css';
import { AreaTreeSelect } from './area-tree-select.tsx';
import { useChosenArea } from './chosen-area.ts';
import { AREA_SWITCH_ID } from './frame-signals.ts';
import { OnAirLight } from './on-air-light.tsx';

export function FrameHeader() {
  const { t } = useTranslation();
  const { areas, areaId, choose } = useChosenArea();
  return (
    <Group h="100%" px={{ base: 'sm', sm: 'md' }} gap="sm" wrap="nowrap">
      <Link to={paths.home} className={classes['brand']} aria-label={`${t('frame.product')}: ${t('frame.home')}`}>
        <img src="/icon.svg" alt="" width={32} height={32} />
        <Group visibleFrom="md">{t('frame.product')}</Group>
      </Link>
      <AreaTreeSelect
        id={AREA_SWITCH_ID}
        areas={areas}
        value={areaId}
        onChange={choose}
        aria-label={t('frame.area')}
        placeholder={t('frame.chooseArea')}
        leftSection={<IconMapPin size={18} aria-hidden />}
        style={{ flex: '1 1 120px', maxWidth: 300, minWidth: 0 }}
        comboboxProps={{ width: 300, position: 'bottom-start' }}
        ml={{ base: 0, md: 'lg' }}
      />
      <Group ml="auto" gap="xs" wrap="nowrap">
        {areaId && <OnAirLight areaId={areaId} />}
        <AccountMenu />
      </Group>
    </Group>
  );
}

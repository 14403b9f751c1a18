import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { paths } from '../paths.ts';
import classes from './administration-tabs.module.css';

const PARTS = ['areas', 'accounts', 'dictionary', 'audit'] as const;

/** From one part of administration to the next; stands above the title of each. */
export function AdministrationTabs() {
  const { t } = useTranslation();
  return (
    <nav aria-label={t('administration.sections')} className={classes['tabs']}>
      {PARTS.map((part) => (
        <Link key={part} to={paths[part]} activeOptions={{ includeSearch: false }} className={classes['tab']}>
          {t(`frame.${part}`)}
        </Link>
      ))}
    </nav>
  );
}

import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { paths } from '../paths.ts';
import { EmptyState } from '../ui/empty-state.tsx';
import { PageHeader } from '../ui/page-header.tsx';

export function NoSuchPage() {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader title={t('frame.noSuchPage')} />
      <EmptyState title={t('frame.noSuchPage')} hint={t('frame.noSuchPageHint')}>
        <Button component={Link} to={paths.home}>
          {t('frame.backHome')}
        </Button>
      </EmptyState>
    </>
  );
}

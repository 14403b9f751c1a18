import type { ParseKeys } from 'i18next';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../ui/empty-state.tsx';
import { PageHeader } from '../ui/page-header.tsx';

/** Holds the place of a page. */
export function NotBuilt({ title }: { title: ParseKeys }) {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader title={t(title)} />
      <EmptyState title={t('ui.notBuilt')} />
    </>
  );
}

import type { ParseKeys } from 'i18next';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../ui/empty-state.tsx';
import { PageHeader } from '../ui/page-header.tsx';

/** Holds the place of a page. */
export function NotBuilt({ titleKey }: { titleKey: ParseKeys }) {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader title={t(titleKey)} />
      <EmptyState title={t('ui.notBuilt')} />
    </>
  );
}

import { useTranslation } from 'react-i18next';
import type { Target } from '#contract/airing.ts';
import { EmptyState } from '../ui/empty-state.tsx';

interface TargetPickerProps {
  /** The tree below it is offered. */
  areaId: string;
  value: readonly Target[];
  onChange: (targets: Target[]) => void;
}

/** Areas and clusters in which an airing shall sound, by tree. */
export function TargetPicker({ areaId, value }: TargetPickerProps) {
  const { t } = useTranslation();
  return (
    <section aria-label={t('ui.choosePlace')} data-area={areaId} data-count={value.length}>
      <EmptyState title={t('ui.notBuilt')} />
    </section>
  );
}

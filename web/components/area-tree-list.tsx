import type { Area } from '#contract/area.ts';
import { useTranslation } from 'react-i18next';
import { orderAreas } from '../format/area-tree.ts';
import { useWords } from '../i18n/language.ts';
import classes from './area-tree-list.module.css';

interface AreaTreeListProps {
  areas: readonly Area[];
  chosenId: string | undefined;
  onChoose: (areaId: string) => void;
}

/** The tree to look at and choose from; where an area lies is shown by indentation. */
export function AreaTreeList({ areas, chosenId, onChoose }: AreaTreeListProps) {
  const { t } = useTranslation();
  const { words } = useWords();
  return (
    <ul className={classes['tree']} aria-label={t('administration.tree')}>
      {orderAreas(areas).map(({ area, depth }) => (
        <li key={area.areaId}>
          <button
            type="button"
            className={classes['entry']}
            style={{ paddingLeft: 12 + depth * 20 }}
            aria-current={area.areaId === chosenId}
            onClick={() => onChoose(area.areaId)}
          >
            <span className={classes['name']}>{area.name}</span>
            {area.level !== 'hamlet' && <span className={classes['level']}>{words.level[area.level]}</span>}
          </button>
        </li>
      ))}
    </ul>
  );
}

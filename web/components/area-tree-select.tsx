import { Box, Select, type SelectProps } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Area } from '#contract/area.ts';
import { orderAreas, withoutMarks } from '../format/area-tree.ts';

interface AreaTreeSelectProps extends Omit<SelectProps, 'data' | 'value' | 'onChange' | 'filter' | 'renderOption'> {
  areas: readonly Area[];
  value: string | undefined;
  onChange: (areaId: string) => void;
}

const SHOWN_MAX = 200;

/** One area out of the tree; found by name also without marks, and by its former names. */
export function AreaTreeSelect({ areas, value, onChange, ...rest }: AreaTreeSelectProps) {
  const { t } = useTranslation();
  const placed = orderAreas(areas);
  const byId = new Map(placed.map(({ area, depth }) => [area.areaId, { area, depth }]));
  const matches = (areaId: string, search: string) => {
    const area = byId.get(areaId)?.area;
    return area !== undefined && [area.name, ...area.formerNames].some((name) => withoutMarks(name).includes(search));
  };
  return (
    <Select
      searchable
      allowDeselect={false}
      limit={SHOWN_MAX}
      nothingFoundMessage={t('frame.noAreaFound')}
      data={placed.map(({ area }) => ({ value: area.areaId, label: area.name }))}
      value={value ?? null}
      onChange={(areaId) => areaId !== null && onChange(areaId)}
      filter={({ options, search }) =>
        options.filter((option) => 'value' in option && matches(String(option.value), withoutMarks(search.trim())))
      }
      renderOption={({ option }) => <Box pl={(byId.get(String(option.value))?.depth ?? 0) * 14}>{option.label}</Box>}
      {...rest}
    />
  );
}

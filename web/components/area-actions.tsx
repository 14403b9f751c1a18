import { Group, Select, Text, TextInput } from '@mantine/core';
import { IconArrowsMove, IconPencil, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Area, AreaLevel } from '#contract/area.ts';
import { useWrite } from '../api/queries.ts';
import { branchOf } from '../format/area-tree.ts';
import { useWords } from '../i18n/language.ts';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { sayDone } from '../ui/notify.tsx';
import { useHoldsIn } from './area-rights.ts';
import { AreaTreeSelect } from './area-tree-select.tsx';

interface AreaActionsProps {
  area: Area;
  areas: readonly Area[];
  /** In it and below. */
  clusterCount: number;
  /** Nothing can be changed for this reason. */
  blocked: string | undefined;
}

const LEVELS = AreaLevel.options;

export function AreaActions(props: AreaActionsProps) {
  return (
    <Group gap="sm" align="flex-start">
      <AddArea {...props} />
      <RenameArea {...props} />
      <MoveArea {...props} />
      <CloseArea {...props} />
    </Group>
  );
}

function AddArea({ area, blocked }: AreaActionsProps) {
  const { t } = useTranslation();
  const { words } = useWords();
  const below = LEVELS.slice(LEVELS.indexOf(area.level) + 1);
  const [name, setName] = useState('');
  const [code, setCode] = useState('');
  const [level, setLevel] = useState<AreaLevel>('hamlet');
  const create = useWrite('createArea', { invalidates: ['listAreas'] });
  const reset = () => {
    setName('');
    setCode('');
    setLevel(below.includes('commune') ? 'commune' : 'hamlet');
  };
  const submit = async () => {
    const made = await create.mutateAsync({ body: { parentId: area.areaId, code: code.trim(), name: name.trim(), level } });
    sayDone(t('administration.areaAdded', { name: made.name }));
  };
  const missing =
    name.trim() === '' ? t('administration.nameMissing') : code.trim() === '' ? t('administration.codeMissing') : undefined;
  return (
    <FormDialog
      label={t('administration.addArea')}
      title={t('administration.addAreaTo', { name: area.name })}
      submitLabel={t('administration.add')}
      leftSection={<IconPlus size={18} aria-hidden />}
      disabledReason={blocked ?? (below.length === 0 ? t('administration.hamletHasNothingBelow') : undefined)}
      missing={missing}
      onOpen={reset}
      onSubmit={submit}
    >
      <TextInput
        label={t('administration.areaName')}
        description={t('administration.areaNameHint')}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        maxLength={120}
        data-autofocus
      />
      <TextInput
        label={t('administration.areaCode')}
        description={t('administration.areaCodeHint')}
        value={code}
        onChange={(event) => setCode(event.currentTarget.value)}
        maxLength={40}
      />
      <Select
        label={t('administration.areaLevel')}
        data={below.map((value) => ({ value, label: words.level[value] }))}
        value={level}
        onChange={(value) => setLevel(AreaLevel.catch('hamlet').parse(value))}
        allowDeselect={false}
      />
    </FormDialog>
  );
}

function RenameArea({ area, blocked }: AreaActionsProps) {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const change = useWrite('changeArea', { invalidates: ['listAreas'] });
  const submit = async () => {
    const changed = await change.mutateAsync({ params: { areaId: area.areaId }, body: { name: name.trim() } });
    sayDone(t('administration.renamed', { name: changed.name }));
  };
  return (
    <FormDialog
      label={t('administration.rename')}
      title={t('administration.renameOf', { name: area.name })}
      submitLabel={t('administration.save')}
      leftSection={<IconPencil size={18} aria-hidden />}
      disabledReason={blocked}
      missing={name.trim() === '' ? t('administration.nameMissing') : undefined}
      onOpen={() => setName(area.name)}
      onSubmit={submit}
    >
      <TextInput
        label={t('administration.newName')}
        description={t('administration.renameHint')}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        maxLength={120}
        data-autofocus
      />
    </FormDialog>
  );
}

function MoveArea({ area, areas, blocked }: AreaActionsProps) {
  const { t } = useTranslation();
  const holdsIn = useHoldsIn(areas);
  const [parentId, setParentId] = useState<string>();
  const change = useWrite('changeArea', { invalidates: ['listAreas', 'listClusters'] });
  const own = branchOf(areas, area.areaId);
  const fitting = areas.filter(
    (other) =>
      !own.has(other.areaId) &&
      other.areaId !== area.parentId &&
      LEVELS.indexOf(other.level) < LEVELS.indexOf(area.level) &&
      holdsIn(other.areaId, 'administrator'),
  );
  const submit = async () => {
    if (parentId === undefined) return;
    await change.mutateAsync({ params: { areaId: area.areaId }, body: { parentId } });
    sayDone(t('administration.moved', { name: area.name }));
  };
  return (
    <FormDialog
      label={t('administration.move')}
      title={t('administration.moveOf', { name: area.name })}
      submitLabel={t('administration.move')}
      leftSection={<IconArrowsMove size={18} aria-hidden />}
      disabledReason={blocked ?? (area.parentId === null ? t('administration.rootStays') : undefined)}
      missing={parentId === undefined ? t('administration.choiceMissing') : undefined}
      onOpen={() => setParentId(undefined)}
      onSubmit={submit}
    >
      <Text>{t('administration.moveAreaHint')}</Text>
      <AreaTreeSelect
        label={t('administration.newParent')}
        areas={fitting}
        value={parentId}
        onChange={setParentId}
        data-autofocus
      />
    </FormDialog>
  );
}

function CloseArea({ area, areas, clusterCount, blocked }: AreaActionsProps) {
  const { t } = useTranslation();
  const change = useWrite('changeArea', { invalidates: ['listAreas'] });
  const { name, areaId } = area;
  const hindrance = () => {
    if (area.parentId === null) return t('administration.rootStays');
    if (areas.some((other) => other.parentId === areaId)) return t('administration.hasAreasBelow');
    return clusterCount > 0 ? t('administration.hasClusters') : undefined;
  };
  return (
    <ConfirmButton
      label={t('administration.close')}
      question={t('administration.closeQuestion', { name })}
      confirmLabel={t('administration.closeConfirm', { name })}
      isDangerous
      disabledReason={blocked ?? hindrance()}
      onConfirm={async () => {
        await change.mutateAsync({ params: { areaId }, body: { isClosed: true } });
        sayDone(t('administration.closed', { name }));
      }}
    />
  );
}

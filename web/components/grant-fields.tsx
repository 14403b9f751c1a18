import { Button, Card, Checkbox, Group, Stack, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Role, type RoleGrant } from '#contract/account.ts';
import type { Area } from '#contract/area.ts';
import { useWords } from '../i18n/language.ts';
import { AreaTreeSelect } from './area-tree-select.tsx';

/** The roles at one area; one without roles stands there while it is being filled in. */
export interface BranchGrants {
  areaId: string;
  roles: readonly Role[];
}

export function branchesOf(grants: readonly RoleGrant[]): BranchGrants[] {
  const byArea = new Map<string, Role[]>();
  for (const { areaId, role } of grants) byArea.set(areaId, [...(byArea.get(areaId) ?? []), role]);
  return [...byArea].map(([areaId, roles]) => ({ areaId, roles }));
}

export function grantsOf(branches: readonly BranchGrants[]): RoleGrant[] {
  return branches.flatMap(({ areaId, roles }) => roles.map((role) => ({ areaId, role })));
}

interface GrantFieldsProps {
  areas: readonly Area[];
  branches: readonly BranchGrants[];
  onChange: (branches: BranchGrants[]) => void;
}

/** Who may do what where: an area, and below it each role with what it allows. */
export function GrantFields({ areas, branches, onChange }: GrantFieldsProps) {
  const { t } = useTranslation();
  const free = areas.find((area) => !branches.some(({ areaId }) => areaId === area.areaId));
  const replace = (index: number, branch: BranchGrants) => onChange(branches.map((old, at) => (at === index ? branch : old)));
  return (
    <Stack gap="sm" role="group" aria-label={t('administration.grants')}>
      <div>
        <Text fw={600}>{t('administration.grants')}</Text>
        <Text size="sm" c="dimmed">
          {t('administration.grantsHint')}
        </Text>
      </div>
      {branches.map((branch, index) => (
        <BranchFields
          key={index}
          areas={areas.filter(({ areaId }) => areaId === branch.areaId || !branches.some((other) => other.areaId === areaId))}
          branch={branch}
          onChange={(changed) => replace(index, changed)}
          onRemove={branches.length > 1 ? () => onChange(branches.filter((_, at) => at !== index)) : undefined}
        />
      ))}
      {free && (
        <Group>
          <Button
            variant="default"
            leftSection={<IconPlus size={18} aria-hidden />}
            onClick={() => onChange([...branches, { areaId: free.areaId, roles: [] }])}
          >
            {t('administration.grantAnother')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

interface BranchFieldsProps {
  areas: readonly Area[];
  branch: BranchGrants;
  onChange: (branch: BranchGrants) => void;
  onRemove: (() => void) | undefined;
}

function BranchFields({ areas, branch, onChange, onRemove }: BranchFieldsProps) {
  const { t } = useTranslation();
  const { words, administration } = useWords();
  const name = areas.find(({ areaId }) => areaId === branch.areaId)?.name ?? t('administration.nameless');
  return (
    <Card withBorder padding="md">
      <Stack gap="sm">
        <AreaTreeSelect
          label={t('administration.grantArea')}
          areas={areas}
          value={branch.areaId}
          onChange={(areaId) => onChange({ ...branch, areaId })}
        />
        <Checkbox.Group
          label={t('administration.grantRoles', { name })}
          value={[...branch.roles]}
          onChange={(roles) => onChange({ ...branch, roles: Role.array().parse(roles) })}
        >
          <Stack gap="xs" mt="xs">
            {Role.options.map((role) => (
              <Checkbox key={role} value={role} label={words.role[role]} description={administration.roleHint[role]} />
            ))}
          </Stack>
        </Checkbox.Group>
        {onRemove && (
          <Group justify="flex-end">
            <Button variant="default" size="compact-md" onClick={onRemove}>
              {t('administration.grantRemove')}
            </Button>
          </Group>
        )}
      </Stack>
    </Card>
  );
}

import { ActionIcon, Box, Checkbox, Group, Stack, Text } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Target } from '#contract/airing.ts';
import { useRead } from '../api/queries.ts';
import { growTargetTree, keyOf, stateOf, type TargetBranch, toggleBranch } from '../format/target-tree.ts';
import { paths } from '../paths.ts';
import { EmptyState } from '../ui/empty-state.tsx';
import { LinkButton } from '../ui/link-button.tsx';
import { LoadingState } from '../ui/loading-state.tsx';
import { ProblemAlert } from '../ui/problem-alert.tsx';

interface TargetPickerProps {
  /** The tree below it is offered. */
  areaId: string;
  value: readonly Target[];
  onChange: (targets: Target[]) => void;
}

/** Deeper ones are unfolded by who wants them: a hamlet's clusters, a province's communes. */
const UNFOLDED_BRANCHES_MAX = 40;

/** Areas and clusters in which an airing shall sound, by tree. */
export function TargetPicker({ areaId, value, onChange }: TargetPickerProps) {
  const { t } = useTranslation();
  const areas = useRead('listAreas');
  const clusters = useRead('listClusters', { query: { areaId } });
  const root = useMemo(
    () => (areas.data && clusters.data ? growTargetTree(areas.data.entries, clusters.data.entries, areaId) : undefined),
    [areas.data, clusters.data, areaId],
  );
  const error = areas.error ?? clusters.error;
  if (error && !root) return <ProblemAlert error={error} />;
  if (!root) return <LoadingState />;
  if (root.clusters === 0) {
    return (
      <EmptyState title={t('airings.noClusters')} hint={t('airings.noClustersHint')}>
        <LinkButton to={paths.areas} variant="default">
          {t('airings.addClusters')}
        </LinkButton>
      </EmptyState>
    );
  }
  return (
    <section aria-label={t('ui.choosePlace')}>
      <BranchList root={root} branches={[root]} depth={0} value={value} onChange={onChange} />
    </section>
  );
}

interface BranchProps {
  root: TargetBranch;
  depth: number;
  value: readonly Target[];
  onChange: (targets: Target[]) => void;
}

function BranchList({ branches, ...rest }: BranchProps & { branches: readonly TargetBranch[] }) {
  return (
    <Stack component="ul" gap={0} m={0} p={0} style={{ listStyle: 'none' }}>
      {branches.map((branch) => (
        <BranchEntry key={keyOf(branch.target)} branch={branch} {...rest} />
      ))}
    </Stack>
  );
}

function BranchEntry({ branch, ...rest }: BranchProps & { branch: TargetBranch }) {
  const { t } = useTranslation();
  const { root, depth, value, onChange } = rest;
  const [isOpen, setOpen] = useState(depth === 0 && branch.below.length <= UNFOLDED_BRANCHES_MAX);
  const state = stateOf(root, branch, value);
  const { name, below } = branch;
  return (
    <Box component="li">
      <Group gap={4} wrap="nowrap" pl={depth * 18} mih={44}>
        {below.length > 0 ? (
          <ActionIcon
            variant="subtle"
            color="gray"
            size={36}
            aria-expanded={isOpen}
            aria-label={t(isOpen ? 'airings.fold' : 'airings.unfold', { name })}
            onClick={() => setOpen(!isOpen)}
          >
            {isOpen ? <IconChevronDown size={18} aria-hidden /> : <IconChevronRight size={18} aria-hidden />}
          </ActionIcon>
        ) : (
          <Box w={36} style={{ flex: 'none' }} aria-hidden />
        )}
        <Checkbox
          label={name}
          description={<BranchCounts branch={branch} />}
          checked={state === 'all'}
          indeterminate={state === 'some'}
          disabled={branch.clusters === 0}
          onChange={() => onChange(toggleBranch(root, branch, value))}
          styles={{
            body: { alignItems: 'center' },
            label: { fontSize: 'var(--mantine-font-size-md)' },
            description: { marginTop: 0 },
          }}
        />
      </Group>
      {isOpen && below.length > 0 && <BranchList {...rest} branches={below} depth={depth + 1} />}
    </Box>
  );
}

function BranchCounts({ branch: { target, clusters, clustersWithoutReceiver } }: { branch: TargetBranch }) {
  const { t } = useTranslation();
  const lacking = (text: string) => (
    <Text span inherit c="var(--tt-attention)">
      {text}
    </Text>
  );
  if (target.kind === 'cluster') return clustersWithoutReceiver > 0 ? lacking(t('airings.targetEmptyCluster')) : null;
  if (clusters === 0) return t('airings.targetNoClusters');
  return (
    <>
      {t('airings.targetClusters', { count: clusters })}
      {clustersWithoutReceiver > 0 && (
        <>
          {' · '}
          {lacking(t('airings.targetEmptyClusters', { count: clustersWithoutReceiver }))}
        </>
      )}
    </>
  );
}

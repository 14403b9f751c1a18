import { Alert, Button, Card, Grid, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconHistory, IconMapPin } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Area } from '#contract/area.ts';
import { useRead } from '../api/queries.ts';
import { AdministrationTabs } from '../components/administration-tabs.tsx';
import { AreaActions } from '../components/area-actions.tsx';
import { useHoldsIn } from '../components/area-rights.ts';
import { AreaTreeList } from '../components/area-tree-list.tsx';
import { useChosenArea } from '../components/chosen-area.ts';
import { ClusterSection } from '../components/cluster-section.tsx';
import { addDays, dayOf, formatDate, startOfDay } from '../format/instants.ts';
import { useWords } from '../i18n/language.ts';
import { EmptyState } from '../ui/empty-state.tsx';
import { Loaded } from '../ui/loading-state.tsx';
import { PageHeader } from '../ui/page-header.tsx';

/** The tree of areas, now or as it was, and the clusters that stand in them. */
export function AreasPage() {
  const { t } = useTranslation();
  const today = dayOf(Date.now());
  const [day, setDay] = useState(today);
  const isPast = day < today;
  const query = useRead('listAreas', isPast ? { query: { at: endOfDay(day) } } : {});
  return (
    <>
      <AdministrationTabs />
      <PageHeader title={t('administration.areasTitle')} hint={t('administration.areasHint')}>
        <TextInput
          type="date"
          label={t('administration.asOf')}
          description={t('administration.asOfHint')}
          value={day}
          max={today}
          onChange={(event) => setDay(event.currentTarget.value || today)}
        />
      </PageHeader>
      {isPast && (
        <Alert icon={<IconHistory aria-hidden />} mb="md" role="status" variant="default">
          <Group justify="space-between">
            <Text>{t('administration.asOfPast', { date: formatDate(startOfDay(day)) })}</Text>
            <Button variant="default" onClick={() => setDay(today)}>
              {t('administration.backToToday')}
            </Button>
          </Group>
        </Alert>
      )}
      <Loaded query={query}>{({ entries }) => <TreeAndArea areas={entries} isPast={isPast} />}</Loaded>
    </>
  );
}

function TreeAndArea({ areas, isPast }: { areas: readonly Area[]; isPast: boolean }) {
  const { t } = useTranslation();
  const { areaId } = useChosenArea();
  const [chosenId, setChosenId] = useState<string>();
  const panel = useRef<HTMLDivElement>(null);
  const find = (id: string | undefined) => areas.find((area) => area.areaId === id);
  const area = find(chosenId) ?? find(areaId) ?? areas[0];
  if (!area) return <EmptyState title={t('administration.nothingThen')} icon={<IconMapPin />} />;
  const choose = (id: string) => {
    setChosenId(id);
    // On a telephone what was chosen stands below the tree.
    requestAnimationFrame(() => panel.current?.scrollIntoView({ block: 'nearest' }));
  };
  return (
    <Grid gap="lg">
      <Grid.Col span={{ base: 12, md: 4 }}>
        <Card withBorder radius="lg" padding="xs">
          <AreaTreeList areas={areas} chosenId={area.areaId} onChoose={choose} />
        </Card>
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 8 }} ref={panel} style={{ scrollMarginTop: 72 }}>
        <AreaPanel key={area.areaId} area={area} areas={areas} isPast={isPast} />
      </Grid.Col>
    </Grid>
  );
}

function AreaPanel({ area, areas, isPast }: { area: Area; areas: readonly Area[]; isPast: boolean }) {
  const { t } = useTranslation();
  const { words } = useWords();
  const { areas: mine } = useChosenArea();
  const isMine = mine.some(({ areaId }) => areaId === area.areaId);
  const isAdministrator = useHoldsIn(areas)(area.areaId, 'administrator');
  const { data } = useRead('listClusters', { query: { areaId: area.areaId } }, { isEnabled: isMine && !isPast });
  return (
    <Card withBorder radius="lg" padding="lg" component="section" aria-label={area.name}>
      <Stack gap="md">
        <div>
          <Title order={2} size="h3">
            {area.name}
          </Title>
          <Text c="dimmed">
            {t('administration.codeAndSince', {
              level: words.level[area.level],
              code: area.code,
              since: formatDate(area.validFrom),
            })}
          </Text>
          {area.formerNames.length > 0 && (
            <Text>{t('administration.formerNames', { names: area.formerNames.toReversed().join(', ') })}</Text>
          )}
        </div>
        {!isPast && !isMine && <Text c="dimmed">{t('administration.aboveYours')}</Text>}
        {!isPast && isMine && (
          <>
            <AreaActions
              area={area}
              areas={areas}
              clusterCount={data?.entries.length ?? 0}
              blocked={isAdministrator ? undefined : t('administration.onlyAdministrator')}
            />
            <ClusterSection area={area} areas={areas} />
          </>
        )}
      </Stack>
    </Card>
  );
}

/** The last instant of that day. */
function endOfDay(day: string): string {
  return new Date(Date.parse(startOfDay(addDays(day, 1))) - 1).toISOString();
}

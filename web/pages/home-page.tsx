import { Card, SimpleGrid, Stack, Title } from '@mantine/core';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { useRead } from '../api/queries.ts';
import { useHasRole } from '../api/session.ts';
import { useChosenArea } from '../components/chosen-area.ts';
import { FirstSteps } from '../components/first-steps.tsx';
import { NextDay } from '../components/next-day.tsx';
import { NoticeList } from '../components/notice-list.tsx';
import { paths } from '../paths.ts';
import { LinkButton } from '../ui/link-button.tsx';
import { LoadingState } from '../ui/loading-state.tsx';
import { PageHeader } from '../ui/page-header.tsx';

/** What an officer wants to know first: what will sound, and what needs a hand. */
export function HomePage() {
  const { t } = useTranslation();
  const { area, areaId, isLoading } = useChosenArea();
  const mayCompose = useHasRole('author', 'duty-officer');
  if (isLoading || !areaId) return <LoadingState />;
  return (
    <>
      <PageHeader title={t('frame.home')} hint={area?.name}>
        <LinkButton to={paths.newBulletin} disabledReason={mayCompose ? undefined : t('home.mayNotCompose')}>
          {t('home.compose')}
        </LinkButton>
      </PageHeader>
      <Stack gap="lg">
        <FirstStepsWhereNeeded areaId={areaId} />
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg" style={{ alignItems: 'start' }}>
          <Section title={t('home.nextDay')}>
            <NextDay areaId={areaId} />
          </Section>
          <Section title={t('home.notices')}>
            <NoticeList areaId={areaId} />
          </Section>
        </SimpleGrid>
      </Stack>
    </>
  );
}

function FirstStepsWhereNeeded({ areaId }: { areaId: string }) {
  const { data } = useRead('listClusters', { query: { areaId } });
  return data?.entries.length === 0 ? <FirstSteps /> : null;
}

function Section({ title, children }: { title: string; children: React.ReactNode }) {
  const titleId = useId();
  return (
    <Card component="section" aria-labelledby={titleId} withBorder radius="lg" padding="lg">
      <Title order={2} size="h4" id={titleId} mb="sm">
        {title}
      </Title>
      {children}
    </Card>
  );
}

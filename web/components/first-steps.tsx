import { Card, List, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { paths } from '../paths.ts';
import { TextLink } from '../ui/text-link.tsx';

/** For an area in which nothing is installed yet. */
export function FirstSteps() {
  const { t } = useTranslation();
  return (
    <Card withBorder radius="lg" padding="lg">
      <Title order={2} size="h4">
        {t('home.firstSteps')}
      </Title>
      <Text c="dimmed" mb="sm">
        {t('home.firstStepsHint')}
      </Text>
      <List type="ordered" spacing="xs">
        <List.Item>
          <TextLink to={paths.areas} underline="always">
            {t('home.stepAreas')}
          </TextLink>
        </List.Item>
        <List.Item>
          <TextLink to={paths.receivers} underline="always">
            {t('home.stepReceivers')}
          </TextLink>
        </List.Item>
        <List.Item>
          <TextLink to={paths.newBulletin} underline="always">
            {t('home.stepBulletin')}
          </TextLink>
        </List.Item>
      </List>
    </Card>
  );
}

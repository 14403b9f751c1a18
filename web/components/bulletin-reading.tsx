import { Alert, Card, Grid, Group, Stack, Text, Title } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { type ReactNode, useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { Bulletin } from '#contract/bulletin.ts';
import { useWrite } from '../api/queries.ts';
import { useHasRole } from '../api/session.ts';
import { formatInstant } from '../format/instants.ts';
import { useWords } from '../i18n/language.ts';
import { paths } from '../paths.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { LinkButton } from '../ui/link-button.tsx';
import { ProblemAlert } from '../ui/problem-alert.tsx';
import { contentOf, wireOf } from './bulletin-draft.ts';
import { BulletinSound } from './bulletin-sound.tsx';
import { useRememberBulletin } from './use-draft.ts';

interface BulletinReadingProps {
  bulletin: Bulletin;
  mayWrite: boolean;
  onWithdrawn: (bulletin: Bulletin) => void;
}

/** A bulletin that is not being written: what happens next, what is said, how it sounds. */
export function BulletinReading({ bulletin, mayWrite, onWithdrawn }: BulletinReadingProps) {
  const { t } = useTranslation();
  return (
    <Stack gap="lg">
      <NextStep bulletin={bulletin} mayWrite={mayWrite} onWithdrawn={onWithdrawn} />
      <Grid gap="lg" align="flex-start">
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Part title={t('bulletins.compose.content')}>
            <Text size="lg" lh={1.7} style={{ whiteSpace: 'pre-wrap' }}>
              {bulletin.text ?? t('bulletins.compose.noText')}
            </Text>
          </Part>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Stack gap="lg">
            <Part title={t('bulletins.compose.listen')}>
              <BulletinSound bulletin={bulletin} title={bulletin.title} />
              <RenderAgain bulletin={bulletin} />
            </Part>
            <Part title={t('bulletins.compose.details')}>
              <Facts bulletin={bulletin} />
            </Part>
          </Stack>
        </Grid.Col>
      </Grid>
    </Stack>
  );
}

function NextStep({ bulletin, mayWrite, onWithdrawn }: BulletinReadingProps) {
  const { t } = useTranslation();
  const mayApprove = useHasRole('approver');
  const { bulletinId, state } = bulletin;
  if (state !== 'submitted' && state !== 'approved') return null;
  const notApproved = state === 'approved' ? undefined : t('bulletins.compose.scheduleLater');
  return (
    <Alert
      component="section"
      role="status"
      variant="outline"
      icon={<IconCircleCheck aria-hidden />}
      title={t(`bulletins.compose.next.${state}`)}
      styles={state === 'approved' ? GOOD : ACTIVE}
    >
      <Text mb="sm">{t(`bulletins.compose.nextHint.${state}`)}</Text>
      <Group align="flex-start" gap="sm">
        {mayApprove && state === 'submitted' && (
          <LinkButton to={paths.approval} params={{ bulletinId }}>
            {t('bulletins.compose.toApproval')}
          </LinkButton>
        )}
        <LinkButton
          to={paths.newAiring}
          search={(search) => ({ ...search, bulletin: bulletinId })}
          variant={state === 'approved' ? 'filled' : 'default'}
          disabledReason={notApproved}
        >
          {t('bulletins.compose.schedule')}
        </LinkButton>
        <LinkButton to={paths.bulletins} variant="default">
          {t('bulletins.compose.toList')}
        </LinkButton>
        <Withdraw bulletin={bulletin} mayWrite={mayWrite} onWithdrawn={onWithdrawn} />
      </Group>
    </Alert>
  );
}

/** Editing takes it back from the approver, or takes its approval away: never by accident. */
function Withdraw({ bulletin, mayWrite, onWithdrawn }: BulletinReadingProps) {
  const { t } = useTranslation();
  const remember = useRememberBulletin();
  const edit = useWrite('editBulletin', { invalidates: ['listBulletins', 'listRevisions'], onDone: remember });
  const { bulletinId, revision, state } = bulletin;
  const isApproved = state === 'approved';
  return (
    <ConfirmButton
      label={t(isApproved ? 'bulletins.compose.editApproved' : 'bulletins.compose.withdraw')}
      question={t(isApproved ? 'bulletins.compose.editApprovedQuestion' : 'bulletins.compose.withdrawQuestion')}
      confirmLabel={t(isApproved ? 'bulletins.compose.editApprovedConfirm' : 'bulletins.compose.withdrawConfirm')}
      disabledReason={mayWrite ? undefined : t('home.mayNotCompose')}
      onConfirm={async () =>
        onWithdrawn(await edit.mutateAsync({ params: { bulletinId }, body: { revision, ...wireOf(contentOf(bulletin)) } }))
      }
    />
  );
}

/** Submitted, but its sound could not be made: nobody can approve it before it is. */
function RenderAgain({ bulletin }: { bulletin: Bulletin }) {
  const { t } = useTranslation();
  const remember = useRememberBulletin();
  const mayWrite = useHasRole('author', 'duty-officer');
  const submit = useWrite('submitBulletin', { onDone: remember });
  const { bulletinId, revision, state, rendering } = bulletin;
  if (state !== 'submitted' || (rendering.state !== 'failed' && rendering.state !== 'cancelled')) return null;
  return (
    <>
      <ActionButton
        loading={submit.isPending}
        disabledReason={mayWrite ? undefined : t('home.mayNotCompose')}
        onClick={() => submit.mutate({ params: { bulletinId }, body: { revision } })}
      >
        {t('bulletins.compose.renderAgain')}
      </ActionButton>
      <ProblemAlert error={submit.error} />
    </>
  );
}

function Facts({ bulletin }: { bulletin: Bulletin }) {
  const { t } = useTranslation();
  const { words, bulletins } = useWords();
  const facts: [string, string][] = [
    [t('bulletins.compose.author'), bulletin.authorName],
    [t('bulletins.compose.field'), (bulletins.field as Record<string, string>)[String(bulletin.field)] ?? String(bulletin.field)],
    [t('bulletins.compose.class'), words.class[bulletin.class]],
    [t('bulletins.compose.purpose'), words.purpose[bulletin.purpose]],
    [t('bulletins.compose.topics'), bulletin.topics.join(', ')],
    [t('bulletins.compose.source'), bulletin.source],
    [t('bulletins.compose.updated'), formatInstant(bulletin.updatedAt)],
  ];
  return (
    <Stack component="dl" gap="xs" m={0}>
      {facts
        .filter(([, value]) => value !== '')
        .map(([name, value]) => (
          <div key={name}>
            <Text component="dt" size="sm" c="dimmed">
              {name}
            </Text>
            <Text component="dd" m={0}>
              {value}
            </Text>
          </div>
        ))}
    </Stack>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  const titleId = useId();
  return (
    <Card component="section" aria-labelledby={titleId} withBorder radius="lg" padding="lg">
      <Title order={2} size="h4" id={titleId} mb="md">
        {title}
      </Title>
      {children}
    </Card>
  );
}

const toned = (tone: 'good' | 'active') => ({
  root: { background: `var(--tt-${tone}-ground)`, borderColor: `var(--tt-${tone})` },
  title: { color: `var(--tt-${tone})`, fontSize: 'var(--mantine-font-size-lg)' },
  icon: { color: `var(--tt-${tone})` },
  message: { color: 'var(--mantine-color-text)' },
});
const GOOD = toned('good');
const ACTIVE = toned('active');

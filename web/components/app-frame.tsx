import { AppShell, Box, Container, Group, Text } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { Outlet, useLocation } from '@tanstack/react-router';
import { Suspense, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { openLiveFeed, useFeedState } from '../api/live-feed.ts';
import { useSession } from '../api/session.ts';
import { SignInPage } from '../pages/sign-in-page.tsx';
import { LoadingState } from '../ui/loading-state.tsx';
import { ProblemAlert } from '../ui/problem-alert.tsx';
import classes from './app-frame.module.css';
import { FrameHeader } from './frame-header.tsx';
import { BottomNavigation, SideNavigation } from './frame-navigation.tsx';
import { Shortcuts } from './shortcuts.tsx';

/** What is around every page. Without a session it is the sign-in page, and the address stays what it was. */
export function AppFrame() {
  const session = useSession();
  if (session.data) return <SignedInFrame accountId={session.data.account.accountId} />;
  if (session.data === null) return <SignInPage />;
  return (
    <Container size="xs" py="xl" component="main">
      {session.error ? <ProblemAlert error={session.error} onRetry={() => void session.refetch()} /> : <LoadingState />}
    </Container>
  );
}

function SignedInFrame({ accountId }: { accountId: string }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    const feed = openLiveFeed(queryClient);
    return () => feed.close();
  }, [queryClient, accountId]);
  useFocusOnNewPage(main);
  return (
    <>
      <a className={classes['skip']} href="#content" onClick={(event) => focusMain(event, main.current)}>
        {t('frame.skipToContent')}
      </a>
      <AppShell
        header={{ height: 60 }}
        navbar={{ width: 228, breakpoint: 'sm', collapsed: { mobile: true } }}
        footer={{ height: { base: 64, sm: 0 } }}
        padding={{ base: 'md', sm: 'xl' }}
      >
        <AppShell.Header>
          <FrameHeader />
        </AppShell.Header>
        <AppShell.Navbar p="sm" aria-label={t('frame.navigation')} visibleFrom="sm">
          <SideNavigation />
        </AppShell.Navbar>
        <AppShell.Main id="content" ref={main} tabIndex={-1} className={classes['main']}>
          <ConnectionNotice />
          <Box maw={1180}>
            <Suspense fallback={<LoadingState />}>
              <Outlet />
            </Suspense>
          </Box>
        </AppShell.Main>
        <AppShell.Footer hiddenFrom="sm">
          <BottomNavigation />
        </AppShell.Footer>
      </AppShell>
      <Shortcuts />
    </>
  );
}

/** In a place of its own that is always there, so that its coming is read aloud. */
function ConnectionNotice() {
  const { t } = useTranslation();
  const state = useFeedState();
  return (
    <div role="status">
      {state === 'lost' && (
        <Group gap="xs" wrap="nowrap" className={classes['lost']}>
          <IconPlugConnectedX size={20} aria-hidden style={{ flex: 'none' }} />
          <Text size="sm">{t('frame.connectionLost')}</Text>
        </Group>
      )}
    </div>
  );
}

/** Keyboard and screen reader begin at the content of a new page, not where the old one was left. */
function useFocusOnNewPage(main: React.RefObject<HTMLElement | null>): void {
  const { pathname } = useLocation();
  const last = useRef(pathname);
  useEffect(() => {
    if (last.current === pathname) return;
    last.current = pathname;
    main.current?.focus({ preventScroll: true });
  }, [pathname, main]);
}

function focusMain(event: React.MouseEvent, main: HTMLElement | null): void {
  event.preventDefault();
  main?.focus();
}

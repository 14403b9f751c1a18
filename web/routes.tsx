import { createRootRoute, createRoute, createRouter, redirect, retainSearchParams } from '@tanstack/react-router';
import { type ComponentType, lazy } from 'react';
import { z } from 'zod';
import { AppFrame } from './components/app-frame.tsx';
import { NoSuchPage } from './components/no-such-page.tsx';
import { PageBroke } from './components/page-broke.tsx';
import { loadPageTexts } from './i18n/language.ts';
import { HomePage } from './pages/home-page.tsx';
import { paths } from './paths.ts';
import { LoadingState } from './ui/loading-state.tsx';

/** Each page is a file of its own that is fetched, styles and texts with it, when it is first opened; it exports one component by name. */
function page<Name extends string, Props>(load: () => Promise<Record<Name, ComponentType<Props>>>, name: Name) {
  return lazy(async () => {
    const [module] = await Promise.all([load(), loadPageTexts(), import('./ui/all-styles.ts')]);
    return { default: module[name] };
  });
}

const BulletinListPage = page(() => import('./pages/bulletin-list-page.tsx'), 'BulletinListPage');
const BulletinPage = page(() => import('./pages/bulletin-page.tsx'), 'BulletinPage');
const ApprovalListPage = page(() => import('./pages/approval-list-page.tsx'), 'ApprovalListPage');
const ApprovalPage = page(() => import('./pages/approval-page.tsx'), 'ApprovalPage');
const SchedulePage = page(() => import('./pages/schedule-page.tsx'), 'SchedulePage');
const NewAiringPage = page(() => import('./pages/new-airing-page.tsx'), 'NewAiringPage');
const AiringPage = page(() => import('./pages/airing-page.tsx'), 'AiringPage');
const OnAirPage = page(() => import('./pages/on-air-page.tsx'), 'OnAirPage');
const ReceiverListPage = page(() => import('./pages/receiver-list-page.tsx'), 'ReceiverListPage');
const ReceiverPage = page(() => import('./pages/receiver-page.tsx'), 'ReceiverPage');
const AreasPage = page(() => import('./pages/areas-page.tsx'), 'AreasPage');
const AccountsPage = page(() => import('./pages/accounts-page.tsx'), 'AccountsPage');
const DictionaryPage = page(() => import('./pages/dictionary-page.tsx'), 'DictionaryPage');
const AuditPage = page(() => import('./pages/audit-page.tsx'), 'AuditPage');

/** What stands in the address is typed by hand as well: what is wrong there is as if it were absent. */
const optional = z.string().max(200).optional().catch(undefined);

const root = createRootRoute({
  component: AppFrame,
  notFoundComponent: NoSuchPage,
  errorComponent: PageBroke,
  validateSearch: z.object({ area: optional }),
  // The chosen area goes along from page to page.
  search: { middlewares: [retainSearchParams(['area'])] },
});
const at = <Path extends string>(path: Path) => ({ getParentRoute: () => root, path });

const home = createRoute({ ...at(paths.home), component: HomePage });
const bulletins = createRoute({
  ...at(paths.bulletins),
  validateSearch: z.object({ state: optional }),
  component: BulletinListPage,
});
const newBulletin = createRoute({ ...at(paths.newBulletin), component: () => <BulletinPage bulletinId={undefined} /> });
const bulletin = createRoute({ ...at(paths.bulletin), component: BulletinRoute });
const approvals = createRoute({ ...at(paths.approvals), component: ApprovalListPage });
const approval = createRoute({ ...at(paths.approval), component: ApprovalRoute });
const schedule = createRoute({
  ...at(paths.schedule),
  validateSearch: z.object({ day: optional, view: optional }),
  component: SchedulePage,
});
const newAiring = createRoute({
  ...at(paths.newAiring),
  validateSearch: z.object({ bulletin: optional, day: optional }),
  component: NewAiringRoute,
});
const airing = createRoute({ ...at(paths.airing), component: AiringRoute });
const onAir = createRoute({ ...at(paths.onAir), component: OnAirPage });
const receivers = createRoute({
  ...at(paths.receivers),
  validateSearch: z.object({
    presence: optional,
    state: optional,
    kind: optional,
    within: optional,
    cluster: optional,
    find: optional,
  }),
  component: ReceiverListPage,
});
const receiver = createRoute({ ...at(paths.receiver), component: ReceiverRoute });
const administration = createRoute({
  ...at('/administration'),
  beforeLoad: ({ search }) => {
    throw redirect({ to: paths.areas, search });
  },
});
const areas = createRoute({ ...at(paths.areas), component: AreasPage });
const accounts = createRoute({ ...at(paths.accounts), component: AccountsPage });
const dictionary = createRoute({ ...at(paths.dictionary), component: DictionaryPage });
const audit = createRoute({
  ...at(paths.audit),
  validateSearch: z.object({ action: optional, subject: optional }),
  component: AuditPage,
});

function BulletinRoute() {
  const { bulletinId } = bulletin.useParams();
  return <BulletinPage key={bulletinId} bulletinId={bulletinId} />;
}

function ApprovalRoute() {
  const { bulletinId } = approval.useParams();
  return <ApprovalPage key={bulletinId} bulletinId={bulletinId} />;
}

function NewAiringRoute() {
  const search = newAiring.useSearch();
  return <NewAiringPage bulletinId={search.bulletin} day={search.day} />;
}

function AiringRoute() {
  const { airingId } = airing.useParams();
  return <AiringPage key={airingId} airingId={airingId} />;
}

function ReceiverRoute() {
  const { receiverId } = receiver.useParams();
  return <ReceiverPage key={receiverId} receiverId={receiverId} />;
}

const tree = root.addChildren([
  home,
  bulletins,
  newBulletin,
  bulletin,
  approvals,
  approval,
  schedule,
  newAiring,
  airing,
  onAir,
  receivers,
  receiver,
  administration,
  areas,
  accounts,
  dictionary,
  audit,
]);

export function createConsoleRouter() {
  return createRouter({
    routeTree: tree,
    defaultPendingComponent: LoadingState,
    defaultErrorComponent: PageBroke,
    scrollRestoration: true,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>;
  }
}

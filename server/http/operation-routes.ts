import { type Caller, callerHolds, type Gatekeeper, type Route, route, sessionTokenOf } from './bind-endpoint.ts';
import type { LiveFeed } from './live-feed.ts';
import { Role } from '#contract/account.ts';

/** Liveness, readiness and the live feed. `listMissing` names what keeps the system from full service. */
export function operationRoutes(deps: {
  feed: LiveFeed;
  findSession: Gatekeeper['findSession'];
  listMissing(): Promise<string[]>;
}): Route[] {
  return [
    route('healthz', async () => ({ state: 'up' as const })),
    route('readyz', async ({ response }) => {
      const missing = await deps.listMissing();
      // Degraded is not down: what is planned goes on sounding, and an emergency still gets through.
      if (missing.length > 0) response.status(503);
      return { state: missing.length > 0 ? ('degraded' as const) : ('ready' as const), missing };
    }),
    route('feed', async ({ caller, request, response }) => {
      const token = sessionTokenOf(request) ?? '';
      const recheck = async () => {
        const session = await deps.findSession(token);
        return session && rightsOf(session.caller);
      };
      deps.feed.attach(request, response, { mayRead: rightsOf(caller), recheck });
    }),
  ];
}

function rightsOf(caller: Caller): (ancestry: readonly string[]) => boolean {
  return (ancestry) => callerHolds(caller, Role.options, ancestry);
}

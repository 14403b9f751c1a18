import { callerHolds, type Route, route } from './bind-endpoint.ts';
import type { LiveFeed } from './live-feed.ts';
import { Role } from '#contract/account.ts';

/** Liveness, readiness and the live feed. `listMissing` names what keeps the system from full service. */
export function operationRoutes(deps: { feed: LiveFeed; listMissing(): Promise<string[]> }): Route[] {
  return [
    route('healthz', async () => ({ state: 'up' as const })),
    route('readyz', async ({ response }) => {
      const missing = await deps.listMissing();
      // Degraded is not down: what is planned goes on sounding, and an emergency still gets through.
      if (missing.length > 0) response.status(503);
      return { state: missing.length > 0 ? ('degraded' as const) : ('ready' as const), missing };
    }),
    route('feed', async ({ caller, request, response }) => {
      deps.feed.attach(request, response, (ancestry) => callerHolds(caller, Role.options, ancestry));
    }),
  ];
}

import type { Role } from '#contract/account.ts';
import { accountRoutes } from '../../../server/accounts/account-routes.ts';
import { findSession } from '../../../server/accounts/session.ts';
import { listAncestry } from '../../../server/areas/area-store.ts';
import { storePlan } from '../../../server/dispatch/plan-deliveries.ts';
import { findReceiverArea } from '../../../server/receivers/receiver-area.ts';
import { reportRoutes } from '../../../server/reports/report-routes.ts';
import { findAiring } from '../../../server/scheduling/airing-store.ts';
import { scheduleAiring, type SchedulingDeps } from '../../../server/scheduling/schedule-airing.ts';
import { schedulingRoutes } from '../../../server/scheduling/scheduling-routes.ts';
import { ApiClient } from '../../support/api-client.ts';
import { GroundFloor } from '../../support/ground-floor.ts';
import { HttpBench } from '../../support/http-bench.ts';
import { DispatchSite } from '../dispatch/dispatch-site.ts';

export const HOUR_MS = 3_600_000;
const TONE = { sha256: 'a'.repeat(64), bytes: 1_000, durationMs: 2_000, codec: 'opus' as const };

/**
 * Overviews over HTTP on a real database: two communes; the first has two hamlets with a cluster each, and a cluster of its own.
 */
export class ReportBench implements AsyncDisposable {
  readonly site: DispatchSite;
  readonly http: HttpBench;
  readonly scheduling: SchedulingDeps;
  readonly places: { communeId: string; otherId: string; hamletIds: [string, string]; clusterIds: [string, string, string] };

  private constructor(parts: Pick<ReportBench, 'site' | 'http' | 'scheduling' | 'places'>) {
    this.site = parts.site;
    this.http = parts.http;
    this.scheduling = parts.scheduling;
    this.places = parts.places;
  }

  static async open(): Promise<ReportBench> {
    const site = await DispatchSite.open();
    const { floor } = site;
    const communeId = await floor.addArea(floor.rootAreaId, 'commune', 'Xã Long Thới');
    const otherId = await floor.addArea(floor.rootAreaId, 'commune', 'Xã Duy Nghĩa');
    const first = await floor.addArea(communeId, 'hamlet', 'Ấp Long Hiệp');
    const second = await floor.addArea(communeId, 'hamlet', 'Ấp Long Vinh');
    const clusterIds: [string, string, string] = [
      await floor.addCluster(first, 'Cụm Long Hiệp'),
      await floor.addCluster(second, 'Cụm Long Vinh'),
      await floor.addCluster(communeId, 'Cụm trụ sở'),
    ];
    const scheduling: SchedulingDeps = {
      db: floor.db,
      clock: floor.clock,
      policy: { timeZone: 'Asia/Ho_Chi_Minh', quietHours: [{ from: '22:00', until: '04:30' }], volumePercentMax: 100 },
      limits: { startWithinMs: 600_000, emergencyValidMs: HOUR_MS, airingDaysAheadMax: 366, airingMsMax: 4 * HOUR_MS },
      readTones: () => ({ chime: TONE, endTone: TONE }),
      handOver: () => Promise.resolve(),
    };
    const routes = [...accountRoutes(floor), ...schedulingRoutes(scheduling), ...reportRoutes(scheduling)];
    const http = await HttpBench.open(routes, {
      findSession: (token) => findSession(floor, token),
      listAncestry: (areaId) => listAncestry(floor.db, areaId, floor.clock.at),
      findAreaOf: async (branch, id) =>
        branch === 'receiver'
          ? findReceiverArea(floor.db, id, floor.clock.at)
          : branch === 'airing'
            ? (await findAiring(floor.db, id))?.areaId
            : id,
    });
    return new ReportBench({ site, http, scheduling, places: { communeId, otherId, hamletIds: [first, second], clusterIds } });
  }

  get floor(): GroundFloor {
    return this.site.floor;
  }

  /** Signed in, with these roles in the first commune. */
  async person(username: string, ...roles: Role[]): Promise<ApiClient> {
    await this.floor.addAccount(username, ...roles.map((role): [Role, string] => [role, this.places.communeId]));
    return ApiClient.signIn(this.http.url, username, GroundFloor.passwordOf(username));
  }

  /** Opens its deliveries, as the job would. */
  async plan(airingId: string): Promise<void> {
    await storePlan(this.site.deps, airingId);
  }

  /** In the first commune, by the administrator's hand. */
  async schedule(wanted: { bulletinIds: string[]; startsAt: string; areaId?: string; clusterIds?: string[] }): Promise<string> {
    const areaId = wanted.areaId ?? this.places.communeId;
    const caller = {
      accountId: this.floor.admin.accountId,
      grants: [{ role: 'author' as const, areaId: this.floor.rootAreaId }],
    };
    const targets = wanted.clusterIds?.map((id) => ({ kind: 'cluster' as const, id })) ?? [{ kind: 'area' as const, id: areaId }];
    const { bulletinIds, startsAt } = wanted;
    const request = { areaId, class: 'normal' as const, bulletinIds, targets, startsAt, repeats: 1, gapMs: 0 };
    return (await scheduleAiring(this.scheduling, caller, request)).airingId;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.http[Symbol.asyncDispose]();
    await this.site[Symbol.asyncDispose]();
  }
}

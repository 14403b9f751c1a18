import type { Clock } from '../lib/clock.ts';
import { instantOf } from '../lib/clock.ts';
import type { Db } from '../database/open-database.ts';
import { route, type Route } from '../http/bind-endpoint.ts';
import { listAudit } from './list-audit.ts';

export function auditRoutes(deps: { db: Db; clock: Clock }): Route[] {
  return [route('listAudit', ({ caller, query }) => listAudit(deps.db, caller, query, instantOf(deps.clock.now())))];
}

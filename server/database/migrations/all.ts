import { areasAccountsAudit } from './0001-areas-accounts-audit.ts';
import { receivers } from './0002-receivers.ts';
import { bulletins } from './0003-bulletins.ts';
import { airings } from './0004-airings.ts';
import { dispatch } from './0005-dispatch.ts';
import { consoleNeeds } from './0006-console.ts';

/** In order; a migration that has landed is never edited. Instants are ISO text in UTC, JSON is text: the same in every dialect. */
export const migrations = [areasAccountsAudit, receivers, bulletins, airings, dispatch, consoleNeeds] as const;

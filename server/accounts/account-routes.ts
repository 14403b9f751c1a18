import type { Request, Response } from 'express';
import type { Config } from '../config.ts';
import type { Db } from '../database/open-database.ts';
import { route, type Route, sessionTokenOf } from '../http/bind-endpoint.ts';
import { type Clock, instantOf } from '../lib/clock.ts';
import { Problem } from '../lib/problem.ts';
import { AttemptLimiter } from './attempt-limiter.ts';
import { changeAccount } from './change-account.ts';
import { changePassword } from './change-password.ts';
import { createAccount } from './create-account.ts';
import { listAccounts } from './list-accounts.ts';
import type { PasswordHasher } from './password-hasher.ts';
import { beginSecondFactor, confirmSecondFactor, removeSecondFactor } from './second-factor.ts';
import type { SecretBox } from './secret-box.ts';
import { readSession, signOut } from './session.ts';
import { signIn } from './sign-in.ts';

const COOKIE = 'tt_session';

export function accountRoutes(parts: {
  db: Db;
  clock: Clock;
  config: Pick<Config, 'sessionHours' | 'signInsPerMinute'>;
  passwords: PasswordHasher;
  secrets: SecretBox;
}): Route[] {
  const deps = { ...parts, limiter: new AttemptLimiter(parts.clock, parts.config.signInsPerMinute) };
  return [
    route('signIn', async ({ body, request, response }) => {
      const { token, session } = await signIn(deps, { ...body, address: request.ip ?? 'unknown' });
      const maxAge = Date.parse(session.expiresAt) - deps.clock.now();
      response.cookie(COOKIE, token, { ...cookieOptions(request), maxAge });
      forbidStoring(response);
      return session;
    }),
    route('readSession', async ({ request, response }) => {
      forbidStoring(response);
      return readSession(deps, tokenOf(request));
    }),
    route('signOut', async ({ caller, request, response }) => {
      await signOut(deps, caller, tokenOf(request));
      response.clearCookie(COOKIE, cookieOptions(request));
    }),
    route('changePassword', ({ caller, body, request }) => changePassword(deps, caller, tokenOf(request), body)),
    route('beginSecondFactor', ({ caller, response }) => {
      forbidStoring(response);
      return beginSecondFactor(deps, caller);
    }),
    route('confirmSecondFactor', ({ caller, body, request, response }) => {
      forbidStoring(response);
      return confirmSecondFactor(deps, caller, tokenOf(request), body.code);
    }),
    route('removeSecondFactor', ({ caller, body }) => removeSecondFactor(deps, caller, body.code)),
    route('listAccounts', ({ caller, query }) => listAccounts(deps.db, caller, query, instantOf(deps.clock.now()))),
    route('createAccount', ({ caller, body }) => createAccount(deps, caller, body)),
    route('changeAccount', ({ caller, params, body }) => changeAccount(deps, caller, params.accountId, body)),
  ];
}

function tokenOf(request: Request): string {
  const token = sessionTokenOf(request);
  if (token === undefined) throw new Problem('not-signed-in');
  return token;
}

/** `Secure` also behind a proxy that ends TLS. Who forges that header only loses his own cookie. */
function cookieOptions(request: Request) {
  const secure = request.secure || request.get('x-forwarded-proto')?.split(',')[0]?.trim() === 'https';
  return { httpOnly: true, sameSite: 'strict', path: '/', secure } as const;
}

/** The reply holds the CSRF token. */
function forbidStoring(response: Response): void {
  response.set('cache-control', 'no-store');
}

import type { Config } from '../config.ts';
import type { Db } from '../database/open-database.ts';
import type { Clock } from '../lib/clock.ts';
import type { AttemptLimiter } from './attempt-limiter.ts';
import type { PasswordHasher } from './password-hasher.ts';
import type { SecretBox } from './secret-box.ts';

export interface AccountDeps {
  db: Db;
  clock: Clock;
  config: Pick<Config, 'sessionHours'>;
  passwords: PasswordHasher;
  /** Seals what second factors are made of. */
  secrets: SecretBox;
  /** Guesses a minute, by address and by account. */
  limiter: AttemptLimiter;
}

import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { Problem } from '../lib/problem.ts';
import { normalisePassword } from './password-rules.ts';

/** OWASP's first choice for argon2id (the package's default algorithm): 19 MiB, two passes, one lane. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** Hashing runs on Node's four worker threads, which files and SQLite need as well. */
const RUNNING_MAX = 2;
const WAITING_MAX = 64;

/** argon2id, so many at once and no more: sign-ins must not starve an emergency of memory or threads. */
export class PasswordHasher {
  readonly #decoy: string;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  private constructor(decoy: string) {
    this.#decoy = decoy;
  }

  static async create(): Promise<PasswordHasher> {
    return new PasswordHasher(await hash(randomBytes(32), COST));
  }

  hash(password: string): Promise<string> {
    return this.#inTurn(() => hash(normalisePassword(password), COST));
  }

  /** Without a hash the same work is done in vain, so that the time taken does not tell which names exist. */
  async verify(passwordHash: string | undefined, password: string): Promise<boolean> {
    const isRight = await this.#inTurn(() => verify(passwordHash ?? this.#decoy, normalisePassword(password)));
    return isRight && passwordHash !== undefined;
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= RUNNING_MAX) {
      if (this.#waiting.length >= WAITING_MAX) throw new Problem('too-many-requests', { retryAfterSeconds: 5 });
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running += 1;
    }
    try {
      return await work();
    } finally {
      // The place is handed on, not given up: nobody who comes just now can slip in between.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }
}

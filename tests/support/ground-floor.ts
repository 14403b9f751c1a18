import { join } from 'node:path';
import type { AreaLevel } from '#contract/area.ts';
import type { Role } from '#contract/account.ts';
import { findAccountNamed } from '../../server/accounts/account-store.ts';
import { AttemptLimiter } from '../../server/accounts/attempt-limiter.ts';
import { createAccount } from '../../server/accounts/create-account.ts';
import { ensureFirstAdministrator } from '../../server/accounts/first-administrator.ts';
import { PasswordHasher } from '../../server/accounts/password-hasher.ts';
import { SecretBox } from '../../server/accounts/secret-box.ts';
import { findRootAreaId } from '../../server/areas/area-store.ts';
import { createArea } from '../../server/areas/create-area.ts';
import { createCluster } from '../../server/areas/create-cluster.ts';
import { type Db, openDatabase } from '../../server/database/open-database.ts';
import type { Caller } from '../../server/http/bind-endpoint.ts';
import { DrivenClock } from './driven-clock.ts';
import { TempFolder } from './temp-folder.ts';

/**
 * A database of the test's own with the root area and its administrator: `await using floor = await GroundFloor.open()`.
 * Its members are what use cases of areas, accounts and audit take as deps.
 */
export class GroundFloor implements AsyncDisposable {
  readonly clock: DrivenClock;
  readonly db: Db;
  readonly passwords: PasswordHasher;
  readonly secrets: SecretBox;
  readonly limiter: AttemptLimiter;
  readonly config = { sessionHours: 12, signInsPerMinute: 10_000, rootName: 'Tỉnh Quảng Nam' };
  readonly rootAreaId: string;
  readonly admin: Caller;
  readonly adminPassword: string;
  /** Cluster ids that `onClustersMoved` was told of. */
  readonly clustersMoved: string[] = [];
  readonly #folder: TempFolder;

  private constructor(parts: {
    folder: TempFolder;
    clock: DrivenClock;
    db: Db;
    passwords: PasswordHasher;
    secrets: SecretBox;
    rootAreaId: string;
    admin: Caller;
    adminPassword: string;
  }) {
    this.#folder = parts.folder;
    this.clock = parts.clock;
    this.db = parts.db;
    this.passwords = parts.passwords;
    this.secrets = parts.secrets;
    this.limiter = new AttemptLimiter(parts.clock, this.config.signInsPerMinute);
    this.rootAreaId = parts.rootAreaId;
    this.admin = parts.admin;
    this.adminPassword = parts.adminPassword;
  }

  static async open(): Promise<GroundFloor> {
    const folder = await TempFolder.create();
    const clock = new DrivenClock();
    const db = await openDatabase(folder.path);
    const passwords = await PasswordHasher.create();
    const secrets = await SecretBox.open(join(folder.path, 'second-factor.key'), () => Promise.resolve(false));
    const first = await ensureFirstAdministrator({ db, clock, passwords, config: { rootName: 'Tỉnh Quảng Nam' } });
    const rootAreaId = await findRootAreaId(db);
    const account = first && (await findAccountNamed(db, first.username, clock.at));
    if (!first || !account || rootAreaId === undefined) throw new Error('an empty database gets its first administrator');
    const admin = { accountId: account.accountId, grants: account.grants };
    return new GroundFloor({ folder, clock, db, passwords, secrets, rootAreaId, admin, adminPassword: first.password });
  }

  onClustersMoved(_db: Db, clusterIds: readonly string[]): Promise<void> {
    this.clustersMoved.push(...clusterIds);
    return Promise.resolve();
  }

  /** @returns its id; its code is its name. */
  async addArea(parentId: string, level: AreaLevel, name: string): Promise<string> {
    return (await createArea(this, this.admin, { parentId, level, name, code: name })).areaId;
  }

  async addCluster(areaId: string, name: string): Promise<string> {
    return (await createCluster(this, this.admin, { areaId, name, latitude: 15.87, longitude: 108.33 })).clusterId;
  }

  /** The password is what `passwordOf` says. */
  async addAccount(username: string, ...grants: [Role, string][]): Promise<Caller> {
    const account = await createAccount(this, this.admin, {
      username,
      displayName: username,
      password: GroundFloor.passwordOf(username),
      grants: grants.map(([role, areaId]) => ({ role, areaId })),
    });
    return { accountId: account.accountId, grants: account.grants };
  }

  static passwordOf(username: string): string {
    return `chim sẻ ${[...username].toReversed().join('')} 42`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.db.destroy();
    await this.#folder[Symbol.asyncDispose]();
  }
}

import type { Db } from '../database/open-database.ts';

export interface StoredSecondFactor {
  accountId: string;
  sealedSecret: string;
  begunAt: string;
  confirmedAt: string | null;
  /** Of the newest code that was taken. */
  lastStep: number | null;
}

export async function findSecondFactor(db: Db, accountId: string): Promise<StoredSecondFactor | undefined> {
  return db('second_factors').where('account_id', accountId).first<StoredSecondFactor | undefined>({
    accountId: 'account_id',
    sealedSecret: 'sealed_secret',
    begunAt: 'begun_at',
    confirmedAt: 'confirmed_at',
    lastStep: 'last_step',
  });
}

/** Which of these accounts sign in with a code. */
export async function listWithSecondFactor(db: Db, accountIds: readonly string[]): Promise<Set<string>> {
  const rows = await db('second_factors')
    .whereIn('account_id', [...accountIds])
    .whereNotNull('confirmed_at')
    .select<{ account_id: string }[]>('account_id');
  return new Set(rows.map((row) => row.account_id));
}

export async function hasSecondFactors(db: Db): Promise<boolean> {
  return (await db('second_factors').first('account_id')) !== undefined;
}

/** In the place of one that was begun and never confirmed. */
export async function saveSecondFactorBegun(db: Db, accountId: string, sealedSecret: string, at: string): Promise<void> {
  await db('second_factors')
    .insert({ account_id: accountId, sealed_secret: sealedSecret, begun_at: at, confirmed_at: null, last_step: null })
    .onConflict('account_id')
    .merge();
}

export async function saveSecondFactorConfirmed(db: Db, accountId: string, at: string): Promise<void> {
  await db('second_factors').where('account_id', accountId).update({ confirmed_at: at });
}

export async function saveStepTaken(db: Db, accountId: string, step: number): Promise<void> {
  await db('second_factors').where('account_id', accountId).update({ last_step: step });
}

/** @returns whether a confirmed one is gone. */
export async function deleteSecondFactor(db: Db, accountId: string): Promise<boolean> {
  const found = await findSecondFactor(db, accountId);
  await db('second_factors').where('account_id', accountId).delete();
  return found !== undefined && found.confirmedAt !== null;
}

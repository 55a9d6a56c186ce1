import type { Reader, Tx } from '../../db/open.ts';
import type { StaffFactorsTable, StaffSignInsTable } from '../../db/tables/staff.ts';
import type { Instant } from '../../time.ts';

/** The SQL of second factors. */
export const factorStore = {
  async find(db: Reader, staffId: string): Promise<StaffFactorsTable | undefined> {
    return db.selectFrom('staff_factors').selectAll().where('staff_id', '=', staffId).executeTakeFirst();
  },

  /** The same, locked for this transaction: of two who use one code at once the second sees what the first has taken. */
  async take(tx: Tx, staffId: string): Promise<StaffFactorsTable | undefined> {
    return tx
      .updateTable('staff_factors')
      .set((eb) => ({ failures: eb.ref('failures') }))
      .where('staff_id', '=', staffId)
      .returningAll()
      .executeTakeFirst();
  },

  async confirmed(db: Reader): Promise<string[]> {
    const rows = await db
      .selectFrom('staff_factors')
      .select('staff_id')
      .where('confirmed_at', 'is not', null)
      .execute();
    return rows.map((row) => row.staff_id);
  },

  async begin(tx: Tx, row: StaffFactorsTable): Promise<void> {
    await tx.deleteFrom('staff_factors').where('staff_id', '=', row.staff_id).execute();
    await tx.insertInto('staff_factors').values(row).execute();
  },

  async change(tx: Tx, staffId: string, change: Partial<StaffFactorsTable>): Promise<void> {
    await tx.updateTable('staff_factors').set(change).where('staff_id', '=', staffId).execute();
  },

  async remove(tx: Tx, staffId: string): Promise<boolean> {
    await tx.deleteFrom('staff_recovery_codes').where('staff_id', '=', staffId).execute();
    const gone = await tx.deleteFrom('staff_factors').where('staff_id', '=', staffId).executeTakeFirst();
    return gone.numDeletedRows > 0n;
  },

  async replaceCodes(tx: Tx, staffId: string, hashes: string[], now: Instant): Promise<void> {
    await tx.deleteFrom('staff_recovery_codes').where('staff_id', '=', staffId).execute();
    await tx
      .insertInto('staff_recovery_codes')
      .values(hashes.map((code_hash) => ({ code_hash, staff_id: staffId, created_at: now, used_at: null })))
      .execute();
  },

  /** @returns false where there is no such code, or it was used. */
  async useCode(tx: Tx, staffId: string, hash: string, now: Instant): Promise<boolean> {
    const rows = await tx
      .updateTable('staff_recovery_codes')
      .set({ used_at: now })
      .where('code_hash', '=', hash)
      .where('staff_id', '=', staffId)
      .where('used_at', 'is', null)
      .returning('code_hash')
      .execute();
    return rows.length === 1;
  },

  async codesLeft(db: Reader, staffId: string): Promise<number> {
    const row = await db
      .selectFrom('staff_recovery_codes')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('staff_id', '=', staffId)
      .where('used_at', 'is', null)
      .executeTakeFirst();
    return Number(row?.count ?? 0);
  },

  async beginSignIn(db: Reader, row: StaffSignInsTable): Promise<void> {
    await db.insertInto('staff_sign_ins').values(row).execute();
  },

  async signIn(db: Reader, tokenHash: string, now: Instant): Promise<StaffSignInsTable | undefined> {
    return db
      .selectFrom('staff_sign_ins')
      .selectAll()
      .where('token_hash', '=', tokenHash)
      .where('expires_at', '>', now)
      .executeTakeFirst();
  },

  /** Counts one try. @returns undefined where there is no such sign-in, or it has had all its tries. */
  async tryOnce(db: Reader, tokenHash: string, most: number, now: Instant): Promise<StaffSignInsTable | undefined> {
    return db
      .updateTable('staff_sign_ins')
      .set((eb) => ({ tries: eb('tries', '+', 1) }))
      .where('token_hash', '=', tokenHash)
      .where('expires_at', '>', now)
      .where('tries', '<', most)
      .returningAll()
      .executeTakeFirst();
  },

  async endSignIns(db: Reader, which: { tokenHash?: string; staffId?: string; before?: Instant }): Promise<void> {
    let query = db.deleteFrom('staff_sign_ins');
    if (which.tokenHash !== undefined) query = query.where('token_hash', '=', which.tokenHash);
    if (which.staffId !== undefined) query = query.where('staff_id', '=', which.staffId);
    if (which.before !== undefined) query = query.where('expires_at', '<=', which.before);
    await query.execute();
  },
};

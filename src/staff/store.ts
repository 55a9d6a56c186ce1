import type { Reader, Tx } from '../db/open.ts';
import type {
  ApiKeysTable,
  AuditEntriesTable,
  IdempotencyKeysTable,
  SettingsTable,
  SetupLinksTable,
  StaffTable,
} from '../db/tables/staff.ts';
import type { Instant } from '../time.ts';

/** The room's only SQL. */
export const staffStore = {
  async add(tx: Tx, row: StaffTable): Promise<void> {
    await tx.insertInto('staff').values(row).execute();
  },

  async byLogin(db: Reader, login: string): Promise<StaffTable | undefined> {
    return db.selectFrom('staff').selectAll().where('login', '=', login).executeTakeFirst();
  },

  async byId(db: Reader, id: string): Promise<StaffTable | undefined> {
    return db.selectFrom('staff').selectAll().where('id', '=', id).executeTakeFirst();
  },

  async bySubject(db: Reader, subject: string): Promise<StaffTable | undefined> {
    return db.selectFrom('staff').selectAll().where('oidc_subject', '=', subject).executeTakeFirst();
  },

  async all(db: Reader): Promise<StaffTable[]> {
    return db.selectFrom('staff').selectAll().orderBy('login').execute();
  },

  async change(tx: Tx, id: string, change: Partial<StaffTable>): Promise<void> {
    await tx.updateTable('staff').set(change).where('id', '=', id).execute();
  },

  /** Those who may still sign in, locked for this transaction. */
  async lockAdmins(tx: Tx): Promise<string[]> {
    const rows = await tx
      .updateTable('staff')
      .set({ role: 'admin' })
      .where('role', '=', 'admin')
      .where('disabled_at', 'is', null)
      .returning('id')
      .execute();
    return rows.map((row) => row.id);
  },

  /** Who works here in one of these roles, by name. */
  async namesOf(db: Reader, roles: StaffTable['role'][]): Promise<string[]> {
    const rows = await db
      .selectFrom('staff')
      .select('name')
      .where('role', 'in', [...roles])
      .where('disabled_at', 'is', null)
      .orderBy('name')
      .execute();
    return rows.map((row) => row.name);
  },

  async anybody(db: Reader): Promise<boolean> {
    return (await db.selectFrom('staff').select('id').limit(1).executeTakeFirst()) !== undefined;
  },

  async addKey(tx: Tx, row: ApiKeysTable): Promise<void> {
    await tx.insertInto('api_keys').values(row).execute();
  },

  async keyByHash(db: Reader, hash: string): Promise<ApiKeysTable | undefined> {
    return db
      .selectFrom('api_keys')
      .selectAll()
      .where('key_hash', '=', hash)
      .where('revoked_at', 'is', null)
      .executeTakeFirst();
  },

  async addSetupLink(tx: Tx, row: Omit<SetupLinksTable, 'used_at'>): Promise<void> {
    await tx
      .insertInto('setup_links')
      .values({ ...row, used_at: null })
      .execute();
  },

  async setupLink(db: Reader, tokenHash: string, now: Instant): Promise<SetupLinksTable | undefined> {
    return db
      .selectFrom('setup_links')
      .selectAll()
      .where('token_hash', '=', tokenHash)
      .where('used_at', 'is', null)
      .where('expires_at', '>', now)
      .executeTakeFirst();
  },

  /** @returns false where it was used meanwhile, or never was one. */
  async useSetupLink(tx: Tx, tokenHash: string, now: Instant): Promise<boolean> {
    const rows = await tx
      .updateTable('setup_links')
      .set({ used_at: now })
      .where('token_hash', '=', tokenHash)
      .where('used_at', 'is', null)
      .where('expires_at', '>', now)
      .returning('token_hash')
      .execute();
    return rows.length === 1;
  },

  async endSetupLinks(tx: Tx, staffId: string, now: Instant): Promise<void> {
    await tx
      .updateTable('setup_links')
      .set({ used_at: now })
      .where('staff_id', '=', staffId)
      .where('used_at', 'is', null)
      .execute();
  },

  async keys(db: Reader): Promise<ApiKeysTable[]> {
    return db.selectFrom('api_keys').selectAll().orderBy('created_at', 'desc').orderBy('id').execute();
  },

  /** @returns its row, or undefined where there is none that works. */
  async revokeKey(tx: Tx, id: string, now: Instant): Promise<ApiKeysTable | undefined> {
    return tx
      .updateTable('api_keys')
      .set({ revoked_at: now })
      .where('id', '=', id)
      .where('revoked_at', 'is', null)
      .returningAll()
      .executeTakeFirst();
  },

  async settings(db: Reader): Promise<SettingsTable[]> {
    return db.selectFrom('settings').selectAll().execute();
  },

  async changeSetting(tx: Tx, row: SettingsTable): Promise<void> {
    await tx
      .insertInto('settings')
      .values(row)
      .onConflict((conflict) => conflict.column('key').doUpdateSet(row))
      .execute();
  },

  async audit(tx: Tx, row: AuditEntriesTable): Promise<void> {
    await tx.insertInto('audit_entries').values(row).execute();
  },

  async auditTrail(db: Reader, filter: { subject?: string | undefined; limit: number }): Promise<AuditEntriesTable[]> {
    let query = db.selectFrom('audit_entries').selectAll().orderBy('at', 'desc').orderBy('id').limit(filter.limit);
    if (filter.subject !== undefined) query = query.where('subject_id', '=', filter.subject);
    return query.execute();
  },

  async remembered(db: Reader, apiKey: string, key: string): Promise<IdempotencyKeysTable | undefined> {
    return db
      .selectFrom('idempotency_keys')
      .selectAll()
      .where('api_key', '=', apiKey)
      .where('idempotency_key', '=', key)
      .executeTakeFirst();
  },

  async remember(tx: Tx, row: IdempotencyKeysTable): Promise<void> {
    await tx.insertInto('idempotency_keys').values(row).execute();
  },

  async forgetAnswers(db: Reader, before: Instant): Promise<void> {
    await db.deleteFrom('idempotency_keys').where('created_at', '<', before).execute();
  },
};

import type { Reader, Tx } from '../../db/open.ts';
import type { TemplatesTable } from '../../db/tables/templates.ts';

/** Templates that staff wrote or changed, removed ones too. */
export const templateStore = {
  async all(db: Reader): Promise<TemplatesTable[]> {
    return db.selectFrom('templates').selectAll().orderBy('name_ja').execute();
  },

  async put(tx: Tx, row: TemplatesTable): Promise<void> {
    await tx
      .insertInto('templates')
      .values(row)
      .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
      .execute();
  },
};

import { Listr } from 'listr2';
import { readConfig } from '../config.ts';
import { Edition } from '../site/edition/edition.ts';
import { extrasOf } from '../site/export/extras.ts';
import { Tree } from '../site/export/tree.ts';
import { groundOf } from '../start.ts';
import { systemClock } from '../time.ts';
import { UsageError } from './usage.ts';
import { withDatabase } from './with-database.ts';

/** So many words on how far it is: enough to see that it goes on, few enough for a log. */
const STEPS = 20;

/** `shirase export DIR`: the edition as files, with the picture and the PDF of every notice; DIR/current is the newest. */
export async function exportCommand([dir, ...rest]: string[]): Promise<void> {
  if (!dir || dir.startsWith('-') || rest.length > 0) throw new UsageError('export needs one folder: export DIR.');
  const config = readConfig();
  await withDatabase(async (db) => {
    const ground = groundOf(config, db, systemClock);
    const edition = new Edition({
      ...ground,
      warn: (error) => {
        throw error;
      },
    });
    await edition.refresh();
    const { printed } = edition;
    if (!printed) throw new Error('No edition could be made: the database does not answer.');
    const tasks = new Listr(
      [
        {
          title: `Writing edition ${printed.number} to ${dir}`,
          task: async (_context, task) => {
            const progress = (done: number, all: number) => {
              const step = Math.ceil(all / STEPS);
              if (done % step === 0) task.output = `${done} of ${all} pages`;
            };
            await new Tree(dir).write(printed, extrasOf(printed), { everything: true, progress });
            task.title = `Edition ${printed.number} is in ${dir}/current: ${printed.paths().length} addresses`;
          },
        },
      ],
      { fallbackRenderer: 'simple' },
    );
    await tasks.run();
  });
}

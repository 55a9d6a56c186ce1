import { localPath } from '../../http/language.ts';
import type { Language } from '../../time.ts';
import type { Kind } from '../edition/sheet.ts';
import { Lists } from './lists.ts';
import { StatusPage } from './status-page.ts';

/** Below /api/v2: what each address answers beside the page itself. */
const ANSWERS: Record<string, (on: StatusPage) => object> = {
  'summary.json': (on) => ({
    components: on.components,
    incidents: on.unresolved,
    scheduled_maintenances: on.maintenancesThatAre('scheduled', 'in_progress', 'verifying'),
    status: on.status,
  }),
  'status.json': (on) => ({ status: on.status }),
  'components.json': (on) => ({ components: on.components }),
  'incidents.json': (on) => ({ incidents: on.incidents }),
  'incidents/unresolved.json': (on) => ({ incidents: on.unresolved }),
  'scheduled-maintenances.json': (on) => ({ scheduled_maintenances: on.maintenances }),
  'scheduled-maintenances/upcoming.json': (on) => ({ scheduled_maintenances: on.maintenancesThatAre('scheduled') }),
  'scheduled-maintenances/active.json': (on) => ({
    scheduled_maintenances: on.maintenancesThatAre('in_progress', 'verifying'),
  }),
};

/** Whole texts of fifty notices, which are asked for less than what is open. */
const LONG: ReadonlySet<string> = new Set(['incidents.json', 'scheduled-maintenances.json']);

const LANGUAGES: Language[] = ['ja', 'en'];

/** `/api/v2/…`: what clients of Atlassian's Statuspage read, so that they need not know who answers. */
export const statuspage: Kind = {
  routes: Object.keys(ANSWERS).map((name) => `/api/v2/${name}`),
  *sheets(printing) {
    // Each of them says when the page last changed, so a publication changes them all.
    const seal = `${printing.stamp()} ${printing.content.changedAt}`;
    const lists = new Lists(printing.content.notices);
    for (const language of LANGUAGES) {
      let seen: StatusPage | undefined;
      for (const [name, answer] of Object.entries(ANSWERS)) {
        yield {
          path: localPath(`/api/v2/${name}`, language),
          type: 'application/json; charset=utf-8',
          seal,
          late: LONG.has(name),
          use: 'open',
          print() {
            seen ??= new StatusPage(printing, language, lists);
            return JSON.stringify({ page: seen.page, ...answer(seen) });
          },
        };
      }
    }
  },
};

import type { FastifyInstance } from 'fastify';
import { dependentsOf } from '../../catalogue/dependents.ts';
import { loadCatalogue } from '../../catalogue/read.ts';
import { requireStaff } from '../../http/audience.ts';
import { LONG_FORM_BYTES } from '../../http/kept-form.ts';
import { page } from '../../http/views.ts';
import { mayDo } from '../../staff/permissions.ts';
import { localInput } from '../../time.ts';
import type { Fields } from '../form/form-reader.ts';
import type { NoticeGround } from '../ground.ts';
import { SYMPTOMS } from '../impact.ts';
import { foundTemplate, loadTemplates } from '../templates/keep.ts';
import { fitting } from '../templates/template.ts';
import { SYMPTOM_WORDS } from '../wording/words.ts';
import { sentForm } from './console-form.ts';
import { emptyFields, submitted } from './console-notice.ts';
import { fillForm } from './fill-form.ts';
import { formGround } from './read-form.ts';

const audience = { who: 'staff', may: 'notice:draft' } as const;
/** Whoever sent it though his session had ended sees what he chose again. */
const written = { bodyLimit: LONG_FORM_BYTES, config: { audience: { ...audience, keeps: true } } } as const;

/**
 * The first report of a known fault in under a minute: service, facilities and symptom are chosen, a template says the rest. What is
 * sent is the long form, filled in; where anything is wrong, or somebody wants to look first, the long form is what he sees.
 */
export function quickRoutes(app: FastifyInstance, ground: NoticeGround): void {
  app.get('/console/notices/quick', { config: { audience } }, async (request, reply) => {
    const { services, facilities } = await loadCatalogue(ground.db.kysely);
    const now = localInput(ground.clock.now(), ground.operator.timeZone);
    const codes = (key: string) => facilities.filter(({ service }) => service === key).map(({ code }) => code);
    const view = {
      fields: { ...emptyFields(ground, 'fault'), occurredAt: now, approximate: 'on' },
      problems: [],
      services: services.map(({ key, name }) => ({
        key,
        name,
        codes: codes(key),
        dependents: dependentsOf(services, [key]),
      })),
      options: {
        services: services.map(({ key, name }) => ({ value: key, word: name })),
        symptoms: SYMPTOMS.map((value) => ({ value, word: SYMPTOM_WORDS[value] })),
      },
      templates: (await loadTemplates(ground.db.kysely))
        .filter(({ phase }) => phase === 'first')
        .map(({ id, name }) => ({ value: id, word: name })),
      mayPublish: mayDo(requireStaff(request).role, 'notice:publish'),
    };
    return page(request, reply, 'console/quick', view);
  });

  app.post('/console/notices/quick', written, async (request, reply) => {
    const { fields, action } = sentForm(request);
    const filled = await withTemplate(ground, withOthers(fields));
    return submitted(ground, request, reply, { sent: { fields: filled, action } });
  });
}

/** The services that were ticked beneath the one that failed, as rows of the long form. Those of other services were not meant. */
function withOthers(fields: Fields): Fields {
  const failed = fields['impacts.0.service'] ?? '';
  const prefix = `also.${failed}.`;
  const others = Object.keys(fields).filter((name) => failed !== '' && name.startsWith(prefix));
  const rows = others.map((name, index) => ({
    [`impacts.${index + 1}.service`]: name.slice(prefix.length),
    [`impacts.${index + 1}.symptom`]: fields['also-symptom'] ?? 'login',
  }));
  const rest = Object.entries(fields).filter(([name]) => !/^also[.-]/.test(name));
  return {
    ...Object.fromEntries(rest),
    ...Object.assign({}, ...rows),
    'impacts.rows': String(rows.length + 1),
  } as Fields;
}

/** The chosen one, or the one that fits service and symptom best. */
async function withTemplate(ground: NoticeGround, fields: Fields): Promise<Fields> {
  const chosen = fields.template?.trim();
  const [service, symptom] = [fields['impacts.0.service'], fields['impacts.0.symptom']];
  const template = chosen
    ? await foundTemplate(ground.db.kysely, chosen)
    : fitting(await loadTemplates(ground.db.kysely), { phase: 'first', service, symptom })[0];
  return template ? fillForm(ground, fields, await formGround(ground), template) : fields;
}

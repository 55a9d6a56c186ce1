import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Conflict, type FieldProblem, Invalid, type Message } from '../../errors.ts';
import { requireStaff } from '../../http/audience.ts';
import { languageOf, localPath } from '../../http/language.ts';
import { page } from '../../http/views.ts';
import { type Actor, auditTrail } from '../audit.ts';
import { resetFactor } from '../factor/factor.ts';
import { ROLES, type Role } from '../permissions.ts';
import type { StaffGround } from '../routes.ts';
import { readSettings } from '../settings.ts';
import {
  addPerson,
  changePerson,
  disablePerson,
  enablePerson,
  findPerson,
  listPeople,
  newSetupLink,
} from './people.ts';

const manager = { config: { audience: { who: 'staff', may: 'people:manage' } } } as const;

interface Outcome {
  fields?: Record<string, string>;
  problems?: FieldProblem[];
  message?: Message;
}

/** Who works here and what he may do: for administrators. */
export function peopleRoutes(app: FastifyInstance, ground: StaffGround): void {
  app.get('/console/people', manager, (request, reply) => showAll(ground, request, reply));

  app.post('/console/people', manager, async (request, reply) => {
    const fields = textsOf(request.body);
    try {
      const { login = '', name = '', role = '', mail = '' } = fields;
      const { id, token } = await addPerson(ground, actorAt(request), { login, name, role: role as Role, mail });
      return await showLink(ground, request, reply, id, token);
    } catch (error) {
      return showAll(ground, request, reply, { fields, ...outcomeOf(error) }, statusOf(error));
    }
  });

  app.get('/console/people/:id', manager, (request, reply) => showOne(ground, request, reply));

  app.post('/console/people/:id', manager, async (request, reply) => {
    const fields = textsOf(request.body);
    const { name = '', role = '', mail = '', oidcSubject } = fields;
    const subject = oidcSubject === undefined ? {} : { oidcSubject };
    return acted(ground, request, reply, fields, () =>
      changePerson(ground, actorAt(request), idOf(request), { name, role: role as Role, mail, ...subject }),
    );
  });

  const acts = {
    disable: disablePerson,
    enable: enablePerson,
    'reset-totp': resetFactor,
  };
  for (const [name, act] of Object.entries(acts)) {
    app.post(`/console/people/:id/${name}`, manager, (request, reply) =>
      acted(ground, request, reply, undefined, async () => {
        if (idOf(request) === requireStaff(request).id) throw notYourself();
        await findPerson(ground.db.kysely, idOf(request));
        await act(ground, actorAt(request), idOf(request));
      }),
    );
  }

  app.post('/console/people/:id/link', manager, async (request, reply) => {
    try {
      const token = await newSetupLink(ground, actorAt(request), idOf(request));
      return await showLink(ground, request, reply, idOf(request), token);
    } catch (error) {
      return showOne(ground, request, reply, outcomeOf(error), statusOf(error));
    }
  });

  for (const name of [...Object.keys(acts), 'link']) {
    app.get(`/console/people/:id/${name}`, manager, (request, reply) =>
      reply.redirect(localPath(`/console/people/${idOf(request)}`, languageOf(request)), 303),
    );
  }
}

async function acted(
  ground: StaffGround,
  request: FastifyRequest,
  reply: FastifyReply,
  fields: Record<string, string> | undefined,
  act: () => Promise<unknown>,
): Promise<FastifyReply> {
  try {
    await act();
    return reply.redirect(localPath(`/console/people/${idOf(request)}?done`, languageOf(request)), 303);
  } catch (error) {
    return showOne(ground, request, reply, { ...(fields ? { fields } : {}), ...outcomeOf(error) }, statusOf(error));
  }
}

async function showAll(
  ground: StaffGround,
  request: FastifyRequest,
  reply: FastifyReply,
  outcome: Outcome = {},
  status = 200,
): Promise<FastifyReply> {
  const { secondFactorFor } = await readSettings(ground.db.kysely);
  const people = await listPeople(ground.db.kysely);
  const view = { people, secondFactorFor, roles: ROLES, fields: {}, problems: [], message: undefined, ...outcome };
  return page(request, reply, 'console/people/list', view, status);
}

async function showOne(
  ground: StaffGround,
  request: FastifyRequest,
  reply: FastifyReply,
  outcome: Outcome = {},
  status = 200,
): Promise<FastifyReply> {
  const person = await findPerson(ground.db.kysely, idOf(request));
  const view = {
    person,
    roles: ROLES,
    fields: { name: person.name, role: person.role, mail: person.mail ?? '', oidcSubject: person.oidcSubject ?? '' },
    provider: ground.staffProvider ? { label: ground.staffProvider.label } : null,
    trail: await auditTrail(ground.db.kysely, { subject: person.id, limit: 20 }),
    self: person.id === requireStaff(request).id,
    done: 'done' in (request.query as object),
    problems: [],
    message: undefined,
    ...outcome,
  };
  return page(request, reply, 'console/people/person', view, status);
}

/** The link is shown this once: only its hash is kept. */
async function showLink(
  ground: StaffGround,
  request: FastifyRequest,
  reply: FastifyReply,
  id: string,
  token: string,
): Promise<FastifyReply> {
  const person = await findPerson(ground.db.kysely, id);
  return page(request, reply, 'console/people/link', { person, link: `${ground.publicUrl}/console/set-up/${token}` });
}

function outcomeOf(error: unknown): Outcome {
  if (error instanceof Invalid) return { problems: error.problems };
  if (error instanceof Conflict) return { message: error.text };
  throw error;
}

function statusOf(error: unknown): number {
  return error instanceof Conflict ? 409 : 422;
}

function notYourself(): Conflict {
  return new Conflict({
    ja: '自分自身には行えません。ほかの管理者に依頼してください。',
    en: 'You cannot do this to yourself. Ask another administrator.',
  });
}

function idOf(request: FastifyRequest): string {
  return (request.params as { id: string }).id;
}

function actorAt(request: FastifyRequest): Actor {
  const { id, name } = requireStaff(request);
  return { kind: 'staff', id, name };
}

function textsOf(body: unknown): Record<string, string> {
  const entries = Object.entries((body ?? {}) as Record<string, unknown>);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

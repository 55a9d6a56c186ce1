import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Conflict, type FieldProblem, Invalid, type Message } from '../../errors.ts';
import { requireStaff } from '../../http/audience.ts';
import { languageOf, localPath } from '../../http/language.ts';
import { page } from '../../http/views.ts';
import type { Actor } from '../../staff/audit.ts';
import { ABOUT, KINDS } from './channel.ts';
import {
  addChannel,
  type ChannelGround,
  changeChannel,
  disableChannel,
  enableChannel,
  findChannel,
  listChannels,
  removeChannel,
  retryPost,
  rotateKey,
  testChannel,
} from './channels.ts';

const manager = { config: { audience: { who: 'staff', may: 'channel:manage' } } } as const;
const LIST = '/console/channels';
const FIELDS = ['name', 'target', 'about', 'language'];

interface Outcome {
  fields?: Record<string, string>;
  problems?: FieldProblem[];
  message?: Message;
  key?: string;
}

/** Where else every publication is told: for administrators. */
export function channelConsoleRoutes(app: FastifyInstance, ground: ChannelGround): void {
  app.get(LIST, manager, (request, reply) => showAll(ground, request, reply));

  app.post(LIST, manager, async (request, reply) => {
    const fields = textsOf(request, ['kind', ...FIELDS]);
    try {
      const { channel, key } = await addChannel(ground, actorAt(request), fields);
      if (key === null) return await reply.redirect(to(request, `${LIST}/${channel.id}?added`), 303);
      return await showOne(ground, request, reply, channel.id, { key });
    } catch (error) {
      return showAll(ground, request, reply, { fields, ...outcomeOf(error) });
    }
  });

  app.get(`${LIST}/:id`, manager, (request, reply) => showOne(ground, request, reply, idOf(request)));

  app.post(`${LIST}/:id`, manager, (request, reply) => {
    const fields = textsOf(request, FIELDS);
    return acted(ground, request, reply, () => changeChannel(ground, actorAt(request), idOf(request), fields), fields);
  });

  app.post(`${LIST}/:id/rotate`, manager, async (request, reply) => {
    try {
      const key = await rotateKey(ground, actorAt(request), idOf(request));
      return await showOne(ground, request, reply, idOf(request), { key });
    } catch (error) {
      return showOne(ground, request, reply, idOf(request), outcomeOf(error));
    }
  });

  const acts = { test: testChannel, enable: enableChannel, disable: disableChannel };
  for (const [name, act] of Object.entries(acts)) {
    app.post(`${LIST}/:id/${name}`, manager, (request, reply) =>
      acted(ground, request, reply, () => act(ground, actorAt(request), idOf(request))),
    );
  }

  app.post(`${LIST}/:id/posts/:post/retry`, manager, (request, reply) => {
    const { post } = request.params as { post: string };
    return acted(ground, request, reply, () => retryPost(ground, actorAt(request), idOf(request), post));
  });

  app.post(`${LIST}/:id/remove`, manager, async (request, reply) => {
    await removeChannel(ground, actorAt(request), idOf(request));
    return reply.redirect(to(request, LIST), 303);
  });

  for (const name of [...Object.keys(acts), 'rotate', 'remove']) {
    app.get(`${LIST}/:id/${name}`, manager, (request, reply) =>
      reply.redirect(to(request, `${LIST}/${idOf(request)}`), 303),
    );
  }
}

async function acted(
  ground: ChannelGround,
  request: FastifyRequest,
  reply: FastifyReply,
  act: () => Promise<void>,
  fields?: Record<string, string>,
): Promise<FastifyReply> {
  try {
    await act();
  } catch (error) {
    return showOne(ground, request, reply, idOf(request), { ...(fields ? { fields } : {}), ...outcomeOf(error) });
  }
  return reply.redirect(to(request, `${LIST}/${idOf(request)}?done`), 303);
}

async function showAll(ground: ChannelGround, request: FastifyRequest, reply: FastifyReply, outcome: Outcome = {}) {
  const view = { fields: { kind: 'webhook' }, problems: [], ...outcome, kinds: KINDS, abouts: ABOUT };
  const channels = await listChannels(ground.db.kysely);
  return page(request, reply, 'console/channels/list', { ...view, channels }, statusOf(outcome));
}

async function showOne(
  ground: ChannelGround,
  request: FastifyRequest,
  reply: FastifyReply,
  id: string,
  outcome: Outcome = {},
) {
  const { channel, posts } = await findChannel(ground.db.kysely, id);
  const { name, target, about, language } = channel;
  const query = request.query as object;
  const view = {
    ...{ fields: { name, target, about, language }, problems: [], done: 'done' in query, added: 'added' in query },
    ...outcome,
    abouts: ABOUT,
  };
  return page(request, reply, 'console/channels/channel', { ...view, channel, posts }, statusOf(outcome));
}

function outcomeOf(error: unknown): Pick<Outcome, 'problems' | 'message'> {
  if (error instanceof Invalid) return { problems: error.problems };
  if (error instanceof Conflict) return { message: error.text };
  throw error;
}

function statusOf({ problems, message }: Outcome): number {
  if (message) return 409;
  return problems ? 422 : 200;
}

function textsOf(request: FastifyRequest, names: string[]): Record<string, string> {
  const body = (request.body ?? {}) as Record<string, unknown>;
  return Object.fromEntries(names.map((name) => [name, typeof body[name] === 'string' ? body[name] : '']));
}

function idOf(request: FastifyRequest): string {
  return (request.params as { id: string }).id;
}

function actorAt(request: FastifyRequest): Actor {
  const { id, name } = requireStaff(request);
  return { kind: 'staff', id, name };
}

function to(request: FastifyRequest, path: string): string {
  return localPath(path, languageOf(request));
}

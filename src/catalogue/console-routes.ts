import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Conflict, type FieldProblem, Invalid, type Message } from '../errors.ts';
import { requireStaff } from '../http/audience.ts';
import { languageOf, localPath } from '../http/language.ts';
import { page } from '../http/views.ts';
import type { Catalogue } from './catalogue.ts';
import { type CatalogueChange, catalogueChanges } from './changes.ts';
import { type CatalogueGround, checkCatalogue, importCatalogue, withoutEmpty } from './import-catalogue.ts';
import { catalogueStore } from './store.ts';

const editor = { who: 'staff', may: 'catalogue:write' } as const;
/** 20,000 facilities with their names, written as a form. */
const BODY_LIMIT = 16_777_216;

interface Outcome {
  /** The JSON as it was typed. */
  sent?: string;
  changes?: CatalogueChange[];
  was?: string;
  problems?: FieldProblem[];
  message?: Message;
}

/** The catalogue in the console: as it stands, and taken over from the JSON contract after the difference was shown. */
export function catalogueConsoleRoutes(app: FastifyInstance, ground: CatalogueGround & { announce: () => void }): void {
  app.get('/console/catalogue', { config: { audience: editor } }, (request, reply) => show(ground, request, reply));

  app.get('/console/catalogue/current', { config: { audience: editor } }, async (_request, reply) => {
    const catalogue = withoutEmpty(await catalogueStore.load(ground.db.kysely));
    return reply
      .header('cache-control', 'no-store')
      .header('content-disposition', 'attachment; filename="catalogue.json"')
      .type('application/json; charset=utf-8')
      .send(`${JSON.stringify(catalogue, null, 2)}\n`);
  });

  app.post(
    '/console/catalogue/compare',
    { bodyLimit: BODY_LIMIT, config: { audience: editor } },
    async (request, reply) => {
      const { text } = typedIn(request);
      try {
        return await compare(ground, request, reply, text);
      } catch (error) {
        if (!(error instanceof Invalid)) throw error;
        return show(ground, request, reply, { sent: text, problems: error.problems }, 422);
      }
    },
  );

  app.post('/console/catalogue', { bodyLimit: BODY_LIMIT, config: { audience: editor } }, async (request, reply) => {
    const { text, was } = typedIn(request);
    const { id, name } = requireStaff(request);
    try {
      await importCatalogue(ground, { kind: 'staff', id, name }, jsonOf(text), (before) => {
        if (stamp(before) !== was) throw changedMeanwhile();
      });
    } catch (error) {
      if (error instanceof Conflict) return compare(ground, request, reply, text, error.text);
      if (!(error instanceof Invalid)) throw error;
      return show(ground, request, reply, { sent: text, problems: error.problems }, 422);
    }
    ground.announce();
    return reply.redirect(`${localPath('/console/catalogue', languageOf(request))}?done`, 303);
  });

  app.get('/console/catalogue/compare', { config: { audience: editor } }, (request, reply) =>
    reply.redirect(localPath('/console/catalogue', languageOf(request)), 303),
  );
}

async function compare(
  ground: CatalogueGround,
  request: FastifyRequest,
  reply: FastifyReply,
  text: string,
  message?: Message,
): Promise<FastifyReply> {
  const before = await catalogueStore.load(ground.db.kysely);
  const changes = catalogueChanges(before, checkCatalogue(jsonOf(text)));
  const outcome = { sent: text, changes, was: stamp(before), ...(message ? { message } : {}) };
  return show(ground, request, reply, outcome, message ? 409 : 200);
}

async function show(
  ground: CatalogueGround,
  request: FastifyRequest,
  reply: FastifyReply,
  outcome: Outcome = {},
  status = 200,
): Promise<FastifyReply> {
  const view = {
    catalogue: await catalogueStore.load(ground.db.kysely),
    sent: '',
    changes: undefined,
    was: '',
    problems: [],
    message: undefined,
    done: 'done' in (request.query as object),
    ...outcome,
  };
  return page(request, reply, 'console/catalogue', view, status);
}

function typedIn(request: FastifyRequest): { text: string; was: string } {
  const { catalogue, was } = (request.body ?? {}) as { catalogue?: unknown; was?: unknown };
  return { text: typeof catalogue === 'string' ? catalogue : '', was: typeof was === 'string' ? was : '' };
}

/** @throws Invalid with the place where it is no JSON. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const where = (error as Error).message;
    throw new Invalid([{ field: 'catalogue', ja: `JSONとして読めません: ${where}`, en: `This is not JSON: ${where}` }]);
  }
}

/** Which catalogue was looked at when the difference was shown. */
function stamp(catalogue: Catalogue): string {
  return createHash('sha256').update(JSON.stringify(catalogue)).digest('base64url').slice(0, 16);
}

function changedMeanwhile(): Conflict {
  return new Conflict({
    ja: '確認したあとに、サービスと設備の登録が変わりました。新しい差分を確認してから反映してください。',
    en: 'The catalogue changed after you looked at the difference. Look at the new one, then apply.',
  });
}

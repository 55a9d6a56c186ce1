import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type FieldProblem, Forbidden, Invalid } from '../../errors.ts';
import { requireKey, requireStaff } from '../../http/audience.ts';
import { parse } from '../../http/forms.ts';
import { languageOf, localPath } from '../../http/language.ts';
import { page } from '../../http/views.ts';
import { mayDo } from '../../staff/permissions.ts';
import { posterAt } from '../console/console-form.ts';
import { fieldsOf } from '../form/form.ts';
import { labelOf } from '../form/form-labels.ts';
import type { Fields } from '../form/form-reader.ts';
import { foundNotice } from '../found.ts';
import type { NoticeGround } from '../ground.ts';
import type { Notice } from '../notice.ts';
import { noticeStore } from '../store.ts';
import { bondsOf, RELATION_WORDS, RELATIONS } from './link.ts';
import { type LinksInput, linksInput, setLinks } from './set-links.ts';

const params = z.object({ id: z.string().max(40) });
const staff = { who: 'staff', may: 'notice:draft' } as const;
/** Rows that the form shows beside those that are filled in. */
const SPARE = 2;

/** How a notice hangs together with others: by a program, and on a page of the console. */
export function linkRoutes(app: FastifyInstance, ground: NoticeGround): void {
  app.put(
    '/api/v1/notices/:id/links',
    {
      config: { audience: { who: 'key', scope: 'notices:write' } },
      schema: {
        tags: ['notices'],
        summary: 'Say which notices or pages this one is part of, follows, or comes from; all anew',
        params,
        body: linksInput,
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      const { id: keyId, name } = requireKey(request);
      const poster = { kind: 'key' as const, id: keyId, name, mayPublish: true, mayBackfill: false };
      await setLinks(ground, poster, (request.params as z.output<typeof params>).id, request.body as LinksInput);
      return reply.code(204).send();
    },
  );

  app.get('/console/notices/:id/links', { config: { audience: staff } }, async (request, reply) => {
    const notice = await foundNotice(ground, (request.params as { id: string }).id);
    return show(ground, request, reply, notice, { fields: fieldsOfLinks(notice) });
  });

  app.post('/console/notices/:id/links', { config: { audience: staff } }, async (request, reply) => {
    const notice = await foundNotice(ground, (request.params as { id: string }).id);
    const fields = fieldsOf(request.body);
    const { links, rows } = readLinks(fields);
    const place = (problem: FieldProblem) => {
      const [, index, rest] = /^links\.(\d+)(\..*)?$/.exec(problem.field) ?? [];
      const field = `links.${rows[Number(index)] ?? 0}${rest?.replace(/name$/, 'name.ja') ?? ''}`;
      return index === undefined ? problem : { ...problem, field };
    };
    try {
      await setLinks(ground, posterAt(request), notice.id, parse(linksInput, { links }));
    } catch (error) {
      if (!(error instanceof Invalid) && !(error instanceof Forbidden)) throw error;
      const problems = error instanceof Invalid ? error.problems.map(place) : [];
      const message = error instanceof Forbidden ? error.text : undefined;
      return show(ground, request, reply, notice, { fields, problems, message, status: message ? 403 : 422 });
    }
    return reply.redirect(localPath(`/console/notices/${notice.id}/links?told=1`, languageOf(request)), 303);
  });
}

/** The rows in which anything but the relation was filled in, and where in the form each of them stands. */
function readLinks(fields: Fields): { links: object[]; rows: number[] } {
  const rows = Array.from({ length: 20 }, (_, row) => row).filter((row) =>
    ['notice', 'url', 'name.ja', 'name.en'].some((part) => fields[`links.${row}.${part}`]?.trim()),
  );
  const links = rows.map((row) => {
    const said = (part: string) => fields[`links.${row}.${part}`]?.normalize('NFKC').trim() || undefined;
    const [ja, en] = [said('name.ja'), said('name.en')];
    const name = ja === undefined && en === undefined ? undefined : { ja: ja ?? '', en };
    return { relation: said('relation'), notice: said('notice'), url: said('url'), name };
  });
  return { links, rows };
}

function fieldsOfLinks({ links = [] }: Notice): Fields {
  return Object.fromEntries(
    links.flatMap(({ relation, notice = '', url = '', name }, row) => [
      [`links.${row}.relation`, relation],
      [`links.${row}.notice`, notice],
      [`links.${row}.url`, url],
      [`links.${row}.name.ja`, name?.ja ?? ''],
      [`links.${row}.name.en`, name?.en ?? ''],
    ]),
  );
}

async function show(
  ground: NoticeGround,
  request: FastifyRequest,
  reply: FastifyReply,
  notice: Notice,
  form: { fields: Fields; problems?: FieldProblem[]; message?: object | undefined; status?: number },
): Promise<FastifyReply> {
  const rows = Object.keys(form.fields).flatMap((name) => /^links\.(\d+)\./.exec(name)?.[1] ?? []);
  const filled = Math.max(-1, ...rows.map(Number)) + 1;
  const linked = await noticeStore.linkedWith(ground.db.kysely, notice);
  const view = {
    notice,
    bonds: (bondsOf([notice, ...linked]).get(notice.id) ?? []).filter(
      ({ relation }) => !(RELATIONS as readonly string[]).includes(relation),
    ),
    rows: Math.min(20, form.status === undefined ? filled + SPARE : Math.max(filled, SPARE)),
    relations: RELATIONS.map((value) => ({ value, word: RELATION_WORDS[value] })),
    mayPublish: mayDo(requireStaff(request).role, 'notice:publish'),
    told: 'told' in (request.query as object),
    fields: form.fields,
    problems: form.problems ?? [],
    message: form.message,
    labelOf,
  };
  return page(request, reply, 'console/links', view, form.status ?? 200);
}

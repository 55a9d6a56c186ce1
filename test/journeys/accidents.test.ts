import { describe, expect, test } from 'vitest';
import { startApp } from '../support/app.ts';
import { fieldsOn } from '../support/console.ts';
import { expectValidHtml } from '../support/html.ts';
import { csrfOf, keyFor, staffAt } from '../support/people.ts';
import { ACCIDENTS, entered, factsOf } from './accidents.ts';

/** A server that has the services of an accident, some months after it. */
async function operatorOf(accident: (typeof ACCIDENTS)[number]) {
  const shirase = await startApp({ now: '2016-06-01T10:00:00+09:00' });
  const key = await keyFor(shirase.db, shirase.clock, 'catalogue:write', 'notices:write');
  const call = async (method: 'PUT' | 'POST', url: string, payload: object) => {
    const answer = await shirase.app.inject({ method, url, headers: key, payload });
    expect(answer.statusCode, answer.body).toBeLessThan(300);
    return answer.body === '' ? undefined : answer.json<{ id: string }>();
  };
  await call('PUT', '/api/v1/catalogue', entered(accident).catalogue);
  return { ...shirase, call };
}

/** The text of a page as it is read, without markup. */
function readable(html: string): string {
  return html
    .replace(/<[^>]+>/g, '')
    .replace(
      /&(?:#39|quot|amp|lt|gt);/g,
      (entity) => ({ '&#39;': "'", '&quot;': '"', '&amp;': '&', '&lt;': '<', '&gt;': '>' })[entity] ?? '',
    );
}

const missingFrom = (html: string, facts: string[]) => facts.filter((fact) => !readable(html).includes(fact));

describe('each of the eight serious accidents of fiscal 2015', () => {
  test.each(ACCIDENTS.map((accident) => [accident.id, accident] as const))(
    '%s is entered whole by the API, and its page shows every fact',
    async (_id, accident) => {
      const { app, call } = await operatorOf(accident);
      const facts = entered(accident);
      const notice = await call('POST', '/api/v1/notices', {
        kind: 'fault',
        title: facts.title,
        occurredAt: facts.occurredAt,
        impacts: facts.symptoms,
        report: { phase: 'first', body: facts.body, causes: facts.causes, mail: false },
        publish: true,
      });
      const id = notice?.id ?? '';
      for (const body of facts.updates) {
        await call('POST', `/api/v1/notices/${id}/reports`, { phase: 'update', body, mail: false, publish: true });
      }
      const explained = facts.measures.length > 0;
      await call('POST', `/api/v1/notices/${id}/reports`, {
        phase: explained ? 'final' : 'update',
        body: facts.body,
        causes: facts.causes,
        measures: facts.measures,
        mail: false,
        publish: true,
      });
      for (const { reportNumber, surface, known, postedAt, approximate, note } of facts.postings) {
        const when = known === 'nothing' ? {} : { postedAt, dayOnly: known === 'day', approximate };
        await call('POST', `/api/v1/notices/${id}/postings`, { reportNumber, surface, note, ...when });
      }
      await app.edition.refresh();
      const { body } = await app.inject({ url: `/notices/${id}` });
      expect(missingFrom(body, factsOf(accident))).toEqual([]);
      await expectValidHtml(body);
    },
  );

  test.each(ACCIDENTS.map((accident) => [accident.id, accident] as const))(
    '%s is entered whole by the forms of the console, and its page shows every fact',
    async (_id, accident) => {
      const shirase = await operatorOf(accident);
      const staff = await staffAt(shirase, 'publisher');
      const facts = entered(accident);
      const local = (iso: string) => new Date(Date.parse(iso) + 9 * 3_600_000).toISOString().slice(0, 16);
      const rows = (list: string, items: Record<string, string>[]) =>
        Object.fromEntries([
          [`${list}.rows`, String(Math.max(4, items.length))],
          ...items.flatMap((item, index) =>
            Object.entries(item).map(([name, value]) => [`${list}.${index}.${name}`, value]),
          ),
        ]) as Record<string, string>;
      const send = async (page: Awaited<ReturnType<typeof staff.get>>, url: string, fields: Record<string, string>) => {
        const answer = await staff.post(url, { ...fieldsOn(page), ...fields, _csrf: csrfOf(page), action: 'publish' });
        expect(answer.statusCode, readable(answer.body).slice(0, 2000)).toBe(303);
        return String(answer.headers.location);
      };
      const impacts = facts.symptoms.map(({ service, symptom, detail, area, startedAt, recoveredAt, users }) => ({
        service,
        symptom,
        'detail.ja': detail,
        'area.ja': area,
        startedAt: local(startedAt),
        recoveredAt: local(recoveredAt),
        'users.count': String(users.count),
        'users.qualifier': users.qualifier,
        'users.unit': users.unit,
      }));
      const published = await send(await staff.get('/console/notices/new?kind=fault'), '/console/notices', {
        'title.ja': facts.title.ja,
        'title.en': facts.title.en,
        occurredAt: local(facts.occurredAt),
        recognisedAt: '',
        'body.ja': facts.body,
        mail: '',
        ...rows('impacts', impacts),
      });
      const id = /\/console\/notices\/([\d-]+)/.exec(published)?.[1] ?? '';
      for (const body of facts.updates) {
        const page = await staff.get(`/console/notices/${id}/report?phase=update`);
        await send(page, `/console/notices/${id}/reports`, { 'body.ja': body, mail: '' });
      }
      const phase = facts.measures.length > 0 ? 'final' : 'update';
      await send(await staff.get(`/console/notices/${id}/report?phase=${phase}`), `/console/notices/${id}/reports`, {
        'body.ja': facts.body,
        mail: '',
        ...rows(
          'causes',
          facts.causes.map(({ kind, state, text }) => ({ kind, state, 'text.ja': text })),
        ),
        ...rows(
          'measures',
          facts.measures.map(({ field, status, text, date }) => ({ field, status, 'text.ja': text, date })),
        ),
      });
      for (const { reportNumber, surface, known, postedAt, approximate, note } of facts.postings) {
        await send(await staff.get(`/console/notices/${id}`), `/console/notices/${id}/postings`, {
          reportNumber: String(reportNumber),
          surface,
          known,
          postedAt: postedAt ? local(postedAt) : '',
          approximate: approximate ? 'on' : '',
          note,
        });
      }
      await shirase.app.edition.refresh();
      const { body } = await shirase.app.inject({ url: `/notices/${id}` });
      expect(missingFrom(body, factsOf(accident))).toEqual([]);
    },
  );
});

import { Statuspage as Typed } from 'statuspage.io';
import { Statuspage as Polling, StatuspageUpdates } from 'statuspage.js';
import { importCatalogue } from '../../src/catalogue/import-catalogue.ts';
import type { NoticeInput, ReportInput } from '../../src/notices/input.ts';
import type { Notice } from '../../src/notices/notice.ts';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { changeEdition } from '../../src/notices/read.ts';
import { SYSTEM } from '../../src/staff/audit.ts';
import { HOUR } from '../../src/time.ts';
import { type Shirase, startApp } from '../support/app.ts';
import { faultInput, nextReport, publisher } from '../support/notices.ts';

/** A group of two services, one of them with three facilities, around one that stands alone. */
const CATALOGUE = {
  services: [
    { key: 'mail', name: { ja: 'OCNメール', en: 'OCN Mail' }, group: 'メール' },
    { key: 'ocn-id', name: { ja: 'OCN ID認証', en: 'OCN ID' } },
    { key: 'webmail', name: { ja: 'Webメール', en: 'Webmail' }, group: 'メール', partOf: 'mail' },
  ],
  facilities: ['051', '121', '141'].map((code) => ({ code, name: { ja: `設備${code}` }, service: 'mail' })),
};

export interface StatuspageWorld extends Shirase {
  base: string;
  polling: Polling;
  typed: Typed['api'];
  typedEnglish: Typed['api'];
  updates: () => StatuspageUpdates;
  publish: (input: NoticeInput) => Promise<Notice>;
  report: (id: string, input: ReportInput) => Promise<Notice>;
  /** The clock moves, and the edition with it. */
  at: (time: string) => Promise<void>;
  get: (path: string) => Promise<unknown>;
}

/** The server at a real port, with both clients as they are installed in front of it. */
export async function statuspageWorld(options: Parameters<typeof startApp>[0] = {}): Promise<StatuspageWorld> {
  const shirase = await startApp(options);
  const { app, db, clock, ground } = shirase;
  const changed = (tx: Parameters<typeof changeEdition>[0]) => changeEdition(tx, clock.now());
  await importCatalogue({ db, clock, changed }, SYSTEM, CATALOGUE);
  await app.edition.refresh();
  const base = await app.listen({ host: '127.0.0.1', port: 0 });
  const notices = { ...ground, announce: () => {} };
  const printed = async <Value>(act: Promise<Value>) => {
    const value = await act;
    await app.edition.refresh();
    return value;
  };
  return {
    ...shirase,
    base,
    polling: here(new Polling('page'), base),
    typed: typedAt(base),
    typedEnglish: typedAt(`${base}/en`),
    updates: () => updatesAt(base),
    publish: (input) => printed(publishNotice(notices, publisher, input)),
    report: (id, input) => printed(publishReport(notices, publisher, id, input)),
    at: (time) => {
      clock.set(time);
      return app.edition.refresh();
    },
    get: async (path) => (await fetch(base + path)).json(),
  };
}

/** A fault that is over, one that is open, a work ahead and one under way. */
export async function busyPage(options: Parameters<typeof startApp>[0] = {}): Promise<StatuspageWorld> {
  const world = await statuspageWorld(options);
  const over = await world.publish(faultInput());
  const recovered = [{ impact: `${over.id}-1`, at: '2014-03-06T08:00:00+09:00' }];
  await world.report(over.id, nextReport({ phase: 'recovery', recovered }));
  await world.publish(faultInput({ impacts: [{ service: 'ocn-id', facilities: 'all', symptom: 'login' }] }));
  for (const from of ['2014-03-06T07:00:00+09:00', '2014-03-07T07:00:00+09:00']) {
    const planned = { from, to: from.replace('T07', 'T23') };
    const impacts = [{ service: 'webmail', facilities: 'all', symptom: 'unavailable' }];
    await world.publish(faultInput({ kind: 'work', planned, occurredAt: undefined, impacts }, { phase: 'plan' }));
  }
  return world;
}

function typedAt(base: string): Typed['api'] {
  const client = new Typed('page');
  client.setApiUrl(base);
  return client.api;
}

/** The client has no setting for its address: its own HTTP client has. */
function here(client: Polling, base: string): Polling {
  const { axios } = client as unknown as { axios: { defaults: { baseURL: string } } };
  axios.defaults.baseURL = `${base}/api/v2`;
  return client;
}

/** It begins to fetch while it is being made: it is told where just before. Nobody waits for its timer. */
function updatesAt(base: string): StatuspageUpdates {
  class UpdatesHere extends StatuspageUpdates {
    override fetch() {
      here(this.statuspage, base);
      return super.fetch();
    }
  }
  return new UpdatesHere('page', HOUR);
}

import { expect, test } from 'vitest';
import { forecast } from '../../src/alerts/forecast.ts';
import type { Publication } from '../../src/alerts/publication.ts';
import { rehearse } from '../../src/notices/console/rehearse.ts';
import type { ReportInput } from '../../src/notices/input.ts';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { MINUTE } from '../../src/time.ts';
import { subscriber } from '../support/addresses.ts';
import { alertHouse, on } from '../support/alert-house.ts';
import { faultInput, nextReport, publisher } from '../support/notices.ts';
import { seeded } from '../support/seed.ts';

const PEOPLE = 24;
const SERVERS = ['051', '121', '062'];

type House = Awaited<ReturnType<typeof alertHouse>>;

/**
 * People with every kind of choice, some of whom may not be mailed at all. @returns whom the fault concerns, at first and when webmail is
 * named, which is everybody's who has a mailbox.
 */
async function people({ db }: House, random: () => number): Promise<{ first: Set<string>; later: Set<string> }> {
  const [first, later] = [new Set<string>(), new Set<string>()];
  const one = <T>(...from: T[]) => from[Math.floor(random() * from.length)] as T;
  for (let n = 0; n < PEOPLE; n++) {
    const servers = SERVERS.filter(() => random() < 0.4);
    const scope = one('mine', 'mine', 'services', 'all');
    const services = scope === 'services' ? [one('mail', 'ocn-id')] : [];
    const { address, email } = await subscriber(db, `p${n}`, servers, { scope, services, language: one('ja', 'en') });
    const left = random();
    const set = { late_final: one<0 | 1>(0, 1) };
    await db.kysely.updateTable('addresses').set(set).where('id', '=', address).execute();
    const gone =
      left < 0.08
        ? { stopped_at: 1 }
        : left < 0.16
          ? { quarantined_at: 1, quarantine_reply: '550' }
          : left < 0.24
            ? { confirmed_at: null }
            : undefined;
    if (gone) await db.kysely.updateTable('addresses').set(gone).where('id', '=', address).execute();
    const named = servers.some((server) => server !== '062');
    const chosen = scope === 'all' || services[0] === 'mail';
    if (!gone && (chosen || (scope === 'mine' && named))) first.add(email);
    if (!gone && (chosen || (scope === 'mine' && servers.length > 0))) later.add(email);
  }
  return { first, later };
}

/** What is published in this order, each with what it is by the clock. */
function story(id: string): [time: string, report: ReportInput][] {
  const over = (impact: string, time: string) => ({ impact: `${id}-${impact}`, at: on(time) });
  const report = (one: Record<string, unknown>) => nextReport({ mail: true, ...one });
  const webmail = { service: 'webmail', facilities: 'all', symptom: 'login', startedAt: on('09:00') };
  const causes = [{ text: { ja: '装置の故障' } }];
  const measures = [{ field: 'hardware', status: 'planned', text: { ja: '冗長化' } }];
  return [
    ['08:30', report({ phase: 'update' })],
    ['09:10', report({ phase: 'update', impacts: [webmail] })],
    ['10:00', report({ phase: 'update', mail: false })],
    ['15:00', report({ phase: 'partial_recovery', recovered: [over('1', '14:50')] })],
    ['17:00', report({ phase: 'recovery', recovered: [over('2', '16:50'), over('3', '16:40')] })],
    ['18:00', report({ phase: 'final', causes, measures })],
  ];
}

test.each([1, 2])(
  'what staff are told before each publication is what is then sent, slot by slot, whatever came before (%i)',
  async () => {
    const { seed, random } = seeded();
    const house = await alertHouse();
    const { db, clock, notices, receiver, courier } = house;
    const everybody = await people(house, random);
    const told: string[] = [];
    const mailedOn = async (number: number) =>
      db.kysely
        .selectFrom('alerts')
        .innerJoin('mails', 'mails.id', 'alerts.id')
        .innerJoin('addresses', 'addresses.id', 'alerts.address_id')
        .select(['alerts.slot', 'addresses.email', 'mails.state'])
        .where('alerts.report_number', '=', number)
        .execute();
    const check = async (publication: Publication | undefined, number: number, publish: () => Promise<unknown>) => {
      if (!publication) throw new Error('nothing was handed to the mails');
      const concerned = number < 3 ? everybody.first : everybody.later;
      const said = await forecast({ db, alertsPerNotice: 3 }, publication);
      await publish();
      await house.expand();
      const mails = await mailedOn(number);
      const by = (slot: number) => mails.filter((mail) => mail.slot === slot).length;
      const counted = publication.mail ? mails.length : 0;
      const where = { seed, number, concerned: concerned.size };
      expect({ ...where, mailed: counted, slots: { 1: by(1), 2: by(2), 3: by(3) } }).toEqual({
        ...where,
        mailed: said.mailed,
        slots: publication.mail ? said.slots : { 1: by(1), 2: by(2), 3: by(3) },
      });
      if (publication.mail) {
        expect({ ...where, total: said.mailed + said.noneLeft + said.later }).toEqual({
          ...where,
          total: concerned.size,
        });
        for (const { email } of mails) expect(concerned).toContain(email);
      }
      told.push(`${number}: ${said.mailed}/${said.noneLeft}/${said.later}`);
      if (random() < 0.6) await sent();
    };
    /** All that is due leaves, and arrives: nobody has what he was not to have. */
    const sent = async () => {
      const before = receiver.mails.length;
      const due = await db.kysely.selectFrom('mails').select('id').where('state', '=', 'queued').execute();
      await courier.drain();
      expect(receiver.mails.length - before).toBe(due.length);
    };

    const first = await rehearse(notices, publisher, (poster, also, stage) =>
      publishNotice(stage, poster, twoFaults(), { also }),
    );
    let id = '';
    await check(first.publication, 1, async () => {
      ({ id } = await publishNotice(notices, publisher, twoFaults()));
    });
    for (const [index, [time, report]] of story(id).entries()) {
      clock.set(on(time));
      const next = await rehearse(notices, publisher, (poster, also, stage) =>
        publishReport(stage, poster, id, report, { also }),
      );
      await check(next.publication, index + 2, () => publishReport(notices, publisher, id, report));
    }
    clock.advance(MINUTE);
    await sent();
    console.log(`forecast, DRILL_SEED=${seed}: mailed/none left/later ${told.join(', ')}`);
    const copies = new Map<string, number>();
    for (const mail of receiver.mails) copies.set(mail.to[0] ?? '', (copies.get(mail.to[0] ?? '') ?? 0) + 1);
    expect(Math.max(...copies.values())).toBeLessThanOrEqual(3);
  },
);

/** Two servers, each with its own recovery. */
function twoFaults() {
  const fault = { service: 'mail', symptom: 'unavailable', startedAt: on('07:34') };
  return faultInput({ impacts: ['051', '121'].map((server) => ({ ...fault, facilities: [server] })) });
}

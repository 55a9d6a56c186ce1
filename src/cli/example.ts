import { importAddress } from '../alerts/addresses/import-address.ts';
import type { Ground } from '../app.ts';
import { importCatalogue } from '../catalogue/import-catalogue.ts';
import { addCustomer, hasCustomers } from '../customers/add-customer.ts';
import type { NoticeGround } from '../notices/ground.ts';
import { changeEdition } from '../notices/read.ts';
import { addStaff } from '../staff/add-staff.ts';
import { SYSTEM } from '../staff/audit.ts';
import { catalogueOf, readDay } from './example/day.ts';
import { loadHistory } from './example/history.ts';
import { loadToday } from './example/today.ts';

/** Printed at the first start; example data is for trying out and never loaded in production. */
const PASSWORD = 'shirase-example';

const STAFF = [
  { login: 'author', name: '例 書子', role: 'author' },
  { login: 'publisher', name: '例 公一', role: 'publisher' },
  { login: 'admin', name: '例 管太', role: 'admin' },
] as const;

const CUSTOMERS = [
  {
    login: 'hanako',
    name: '例田 花子',
    facilities: ['121'],
    email: 'hanako@phone.example',
    what: 'mailbox on a broken server',
  },
  {
    login: 'taro',
    name: '例田 太郎',
    facilities: ['051'],
    email: 'taro@phone.example',
    what: 'mailbox on a healthy server',
  },
  {
    login: 'jiro',
    name: '例田 次郎',
    facilities: ['122', '062'],
    email: 'jiro@work.example',
    what: 'two mailboxes: one broken, one under work',
  },
] as const;

/**
 * The example operator: 6 March 2014 as it was published, people to sign in as, and something that is going on today.
 * @returns what to tell whoever started the server.
 */
export async function loadExample(ground: Omit<Ground, 'logger'>): Promise<string> {
  const { db, clock } = ground;
  const notices: NoticeGround = { ...ground, announce: () => {} };
  if (await hasCustomers(db)) return 'The example was not loaded completely. Remove the data folder and start again.';
  const day = readDay();
  await importCatalogue({ db, clock, changed: (tx) => changeEdition(tx, clock.now()) }, SYSTEM, catalogueOf(day));
  for (const customer of CUSTOMERS) {
    const mailboxes = customer.facilities.map((facility) => ({
      address: `${customer.login}@m${facility}.ocn.example`,
      facility,
    }));
    const { id } = await addCustomer(db, clock, {
      login: customer.login,
      password: PASSWORD,
      displayName: customer.name,
      mailboxes,
    });
    await importAddress(ground, SYSTEM, id, { email: customer.email, scope: 'mine', language: 'ja', works: false });
  }
  await loadHistory(notices, day);
  await loadToday(notices);
  // Staff come last: customers without staff are how an interrupted load is recognised.
  for (const member of STAFF) await addStaff(db, clock, SYSTEM, { ...member, password: PASSWORD });
  return signIns();
}

function signIns(): string {
  const lines = [
    '',
    `The example operator is loaded: 6 March 2014. Everybody's password is ${PASSWORD}`,
    '',
    '  staff      /console   author      writes drafts',
    '                        publisher   publishes',
    '                        admin       everything',
    ...CUSTOMERS.map(
      (customer, index) =>
        `  ${index === 0 ? 'customers  /my     ' : '                   '}   ${customer.login.padEnd(11)} ${customer.what}`,
    ),
    '',
    '  npm run replay -- --speed 600    lives the day again on this server',
    '',
  ];
  return lines.join('\n');
}

import { evenly, inPortions } from '../db/asking.ts';
import type { Database, Prepared, Reader, Tx } from '../db/open.ts';
import type { StatusLink } from '../http/status-link.ts';
import { readPlanned, workWindows } from '../notices/windows.ts';
import type { Instant } from '../time.ts';
import type { Advice, KnownImpact, KnownNotice, Mailbox, Text } from './affected.ts';

/** The room's only SQL. It reads what notices, catalogue and customers wrote, and writes nothing. */

/** One row even for a customer without a mailbox: the edition's number always comes along. */
interface AskedRow {
  number: number;
  address: string | null;
  facility: string | null;
  moved_at: number | null;
  moved_from: string | null;
  service: string | null;
}

const OF_CUSTOMER = `SELECT e.number, m.address, m.facility, m.moved_at, m.moved_from, f.service
FROM edition e
LEFT JOIN mailboxes m ON m.customer_id = ?
LEFT JOIN facilities f ON f.code = m.facility
WHERE e.id = 1
ORDER BY m.address`;

/**
 * The session, whose it is, and his mailboxes. Never a replica: a session that was ended is ended.
 * Not put in order: that costs as much as one of these reads, and most have one mailbox.
 */
const OF_SESSION = `SELECT s.subject, EXISTS (SELECT 1 FROM customer_services x WHERE x.customer_id = c.id),
  EXISTS (SELECT 1 FROM addresses a WHERE a.customer_id = c.id AND a.quarantined_at IS NOT NULL),
  e.number, m.address, m.facility, m.moved_at, m.moved_from, f.service
FROM sessions s
JOIN customers c ON c.id = s.subject
LEFT JOIN edition e ON e.id = 1
LEFT JOIN mailboxes m ON m.customer_id = c.id
LEFT JOIN facilities f ON f.code = m.facility
WHERE s.token_hash = ? AND s.audience = 'customer' AND s.expires_at > ?`;

const OF_ADDRESS = `SELECT e.number, m.address, m.facility, m.moved_at, m.moved_from, f.service
FROM edition e
LEFT JOIN mailboxes m ON m.address = ?
LEFT JOIN facilities f ON f.code = m.facility
WHERE e.id = 1`;

/** One read answers whether the address is still there, confirmed, and whether its customer has ended his links. */
const OF_LINK = `SELECT e.number, c.id AS customer, m.address, m.facility, m.moved_at, m.moved_from, f.service
FROM edition e
LEFT JOIN addresses a ON a.id = ? AND a.confirmed_at IS NOT NULL
LEFT JOIN customers c ON c.id = a.customer_id AND c.links_from <= ?
LEFT JOIN mailboxes m ON m.customer_id = c.id
LEFT JOIN facilities f ON f.code = m.facility
WHERE e.id = 1
ORDER BY m.address`;

/** Whose mailboxes, and which edition they are to be held against: one indexed read for each request. */
export interface Asked {
  edition: number;
  mailboxes: Mailbox[];
}

export interface AskedBySession extends Asked {
  customerId: string;
  /** Whether he chose services. */
  chooses: boolean;
  /** Whether mail no longer reaches one of his alert addresses. */
  unreached: boolean;
}

type SessionRow = [
  subject: string,
  chooses: number | boolean,
  unreached: number | boolean,
  ...edition: [number: number | null],
  ...mailbox: [address: string | null, facility: string | null, movedAt: number | null, movedFrom: string | null],
  ...catalogue: [service: string | null],
];

interface Statements {
  session: Prepared<SessionRow>;
  customer: Prepared<AskedRow>;
  address: Prepared<AskedRow>;
  link: Prepared<AskedRow & { customer: string | null }>;
  chosen: Prepared<ChosenRow>;
  unreached: Prepared<{ email: string }>;
}

interface ChosenRow {
  key: string;
  name_ja: string;
  name_en: string | null;
}

const CHOSEN = `SELECT s.key, s.name_ja, s.name_en FROM customer_services c
JOIN services s ON s.key = c.service AND s.retired_at IS NULL
WHERE c.customer_id = ? ORDER BY s.position`;

const UNREACHED = `SELECT email FROM addresses
WHERE customer_id = ? AND quarantined_at IS NOT NULL AND confirmed_at IS NOT NULL ORDER BY place`;

const prepared = new WeakMap<Database, Statements>();

function statements(db: Database): Statements {
  let made = prepared.get(db);
  if (!made) {
    made = {
      session: db.prepare<SessionRow>('lookup-of-session', OF_SESSION, { arrays: true }),
      customer: db.prepare<AskedRow>('lookup-of-customer', OF_CUSTOMER, { replica: true }),
      address: db.prepare<AskedRow>('lookup-of-address', OF_ADDRESS, { replica: true }),
      link: db.prepare<AskedRow & { customer: string | null }>('lookup-of-link', OF_LINK, { replica: true }),
      chosen: db.prepare<ChosenRow>('lookup-chosen', CHOSEN, { replica: true }),
      unreached: db.prepare<{ email: string }>('lookup-unreached', UNREACHED, { replica: true }),
    };
    prepared.set(db, made);
  }
  return made;
}

function asked(rows: AskedRow[]): Asked {
  const [first] = rows;
  if (!first) throw new Error('the table edition has no row');
  const mailboxes = rows.flatMap(({ address, facility, service, moved_at, moved_from }): Mailbox[] => {
    if (address === null || facility === null || service === null) return [];
    const moved = moved_at === null || moved_from === null ? null : { at: moved_at, from: moved_from };
    return [{ address, facility, service, moved }];
  });
  return { edition: first.number, mailboxes };
}

/** Both engines limit the parameters of one statement. */
const AT_A_TIME = 500;

export const lookupStore = {
  async ofCustomer(db: Database, customerId: string): Promise<Asked> {
    return asked(await statements(db).customer.all(customerId));
  },

  /** undefined: no session of a customer's lives under this hash. */
  async ofSession(db: Database, tokenHash: string, now: Instant): Promise<AskedBySession | undefined> {
    const rows = await statements(db).session.all(tokenHash, now);
    const [first] = rows;
    if (!first) return undefined;
    const [customerId, chooses, unreached, edition] = first;
    if (edition === null) throw new Error('the table edition has no row');
    const mailboxes: Mailbox[] = [];
    for (const [, , , , address, facility, at, from, service] of rows) {
      if (address === null || facility === null || service === null) continue;
      mailboxes.push({ address, facility, service, moved: at === null || from === null ? null : { at, from } });
    }
    if (mailboxes.length > 1) mailboxes.sort((a, b) => (a.address < b.address ? -1 : 1));
    return { customerId, chooses: Boolean(chooses), unreached: Boolean(unreached), edition, mailboxes };
  },

  async ofAddress(db: Database, address: string): Promise<Asked> {
    return asked(await statements(db).address.all(address));
  },

  /** undefined: the link is worth nothing any more. */
  async ofLink(db: Database, link: StatusLink): Promise<Asked | undefined> {
    const rows = await statements(db).link.all(link.addressId, link.madeAt);
    return rows[0]?.customer === null ? undefined : asked(rows);
  },

  /** Many at once, for a call centre's screen: a few indexed reads. Those that nobody has are missing. */
  async ofAddresses(db: Database, addresses: readonly string[]): Promise<Asked> {
    const edition = await lookupStore.editionNumber(db.kysely);
    const mailboxes: Mailbox[] = [];
    for (const some of inPortions(addresses, AT_A_TIME)) {
      const rows = await db.kysely
        .selectFrom('mailboxes')
        .innerJoin('facilities', 'facilities.code', 'mailboxes.facility')
        .select(['mailboxes.address', 'mailboxes.facility', 'facilities.service'])
        .where('mailboxes.address', 'in', evenly(some))
        .execute();
      mailboxes.push(...rows);
    }
    return { edition, mailboxes };
  },

  /** The services that a customer chose, in the catalogue's order. */
  async chosen(db: Database, customerId: string): Promise<{ key: string; name: Text }[]> {
    const rows = await statements(db).chosen.all(customerId);
    return rows.map(({ key, name_ja, name_en }) => ({
      key,
      name: name_en === null ? { ja: name_ja } : { ja: name_ja, en: name_en },
    }));
  },

  /** His alert addresses that mail no longer reaches. */
  async unreached(db: Database, customerId: string): Promise<string[]> {
    return (await statements(db).unreached.all(customerId)).map(({ email }) => email);
  },

  /** The same inside a transaction that is to act on it. */
  async ofCustomerIn(tx: Tx, customerId: string): Promise<Asked> {
    const mailboxes = await tx
      .selectFrom('mailboxes')
      .innerJoin('facilities', 'facilities.code', 'mailboxes.facility')
      .select(['mailboxes.address', 'mailboxes.facility', 'facilities.service'])
      .where('mailboxes.customer_id', '=', customerId)
      .orderBy('mailboxes.address')
      .execute();
    return { edition: await lookupStore.editionNumber(tx), mailboxes };
  },

  async editionNumber(db: Reader): Promise<number> {
    const row = await db.selectFrom('edition').select('number').where('id', '=', 1).executeTakeFirstOrThrow();
    return row.number;
  },

  /** What is published and may still touch somebody: impacts not over since before `since`, works not over by then. */
  async known(db: Reader, since: Instant): Promise<KnownNotice[]> {
    const impacts = await db
      .selectFrom('impacts')
      .innerJoin('notices', 'notices.id', 'impacts.notice_id')
      .innerJoin('services', 'services.key', 'impacts.service')
      .select([
        'impacts.id',
        'impacts.notice_id',
        'impacts.service',
        'services.part_of',
        'impacts.all_facilities',
        'impacts.symptom',
        'impacts.started_at',
        'impacts.started_approximate',
        'impacts.recovered_at',
      ])
      .where('notices.first_published_at', 'is not', null)
      .where((where) =>
        where.or([
          where.and([
            where('notices.kind', '=', 'fault'),
            where.or([where('impacts.recovered_at', 'is', null), where('impacts.recovered_at', '>', since)]),
          ]),
          where.and([
            where('notices.kind', '=', 'work'),
            where.or([
              where('notices.actual_to', '>', since),
              where.and([where('notices.actual_to', 'is', null), where('notices.planned_to', '>', since)]),
            ]),
          ]),
        ]),
      )
      .orderBy('impacts.position')
      .execute();
    const noticeIds = [...new Set(impacts.map((impact) => impact.notice_id))];
    const facilities = await facilitiesOf(
      db,
      impacts.flatMap((impact) => (impact.all_facilities ? [] : [impact.id])),
    );
    const notices = await noticesOf(db, noticeIds);
    for (const row of impacts) {
      notices.get(row.notice_id)?.impacts.push({
        service: row.service,
        partOf: row.part_of,
        facilities: row.all_facilities ? 'all' : (facilities.get(row.id) ?? new Set()),
        symptom: row.symptom,
        startedAt: row.started_at,
        approximate: row.started_approximate === 1,
        recoveredAt: row.recovered_at,
      } satisfies KnownImpact);
    }
    return [...notices.values()];
  },
};

async function facilitiesOf(db: Reader, impactIds: string[]): Promise<Map<string, Set<string>>> {
  const found = new Map<string, Set<string>>();
  if (impactIds.length === 0) return found;
  const rows = await db
    .selectFrom('impact_facilities')
    .selectAll()
    .where('impact_id', 'in', evenly(impactIds))
    .execute();
  for (const row of rows) {
    const codes = found.get(row.impact_id) ?? new Set();
    found.set(row.impact_id, codes.add(row.facility));
  }
  return found;
}

/** What the newest report says; a correction's higher revision counts. */
async function noticesOf(db: Reader, ids: string[]): Promise<Map<string, KnownNotice>> {
  const found = new Map<string, KnownNotice>();
  if (ids.length === 0) return found;
  const rows = await db.selectFrom('notices').selectAll().where('id', 'in', evenly(ids)).orderBy('id').execute();
  const reports = await db
    .selectFrom('reports')
    .select(['notice_id', 'phase', 'picture'])
    .where('notice_id', 'in', evenly(ids))
    .orderBy('number')
    .orderBy('revision')
    .execute();
  const latest = new Map(reports.map((report) => [report.notice_id, report]));
  for (const row of rows) {
    const report = latest.get(row.id);
    const picture = JSON.parse(report?.picture ?? '{}') as Advice & { expectedRecoveryAt?: number | null };
    found.set(row.id, {
      id: row.id,
      kind: row.kind,
      title: row.title_en === null ? { ja: row.title_ja } : { ja: row.title_ja, en: row.title_en },
      expectedRecoveryAt: picture.expectedRecoveryAt ?? null,
      windows:
        row.kind === 'fault' || report?.phase === 'cancel'
          ? []
          : workWindows({
              planned: readPlanned(row.planned_from, row.planned_to, row.planned_windows),
              actualFrom: row.actual_from,
              actualTo: row.actual_to,
            }),
      advice: { unaffected: picture.unaffected, workaround: picture.workaround, residual: picture.residual },
      impacts: [],
    });
  }
  return found;
}

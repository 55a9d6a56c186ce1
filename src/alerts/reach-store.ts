import { atOnce, evenly } from '../db/asking.ts';
import type { Reader } from '../db/open.ts';

/** The SQL of which addresses can be reached at the moment. */
export const reachStore = {
  /** Facilities that are in fault now; those that only deliver late are not. */
  async broken(db: Reader): Promise<Set<string>> {
    const impacts = await db
      .selectFrom('impacts')
      .innerJoin('notices', 'notices.id', 'impacts.notice_id')
      .select(['impacts.id', 'impacts.service', 'impacts.all_facilities'])
      .where('impacts.recovered_at', 'is', null)
      .where('impacts.symptom', '!=', 'delayed')
      .where('notices.kind', '=', 'fault')
      .where('notices.first_published_at', 'is not', null)
      .execute();
    if (impacts.length === 0) return new Set();
    const named = await db
      .selectFrom('impact_facilities')
      .select('facility')
      .distinct()
      .where('impact_id', 'in', evenly(impacts.map(({ id }) => id)))
      .execute();
    const whole = impacts.filter((impact) => impact.all_facilities === 1).map(({ service }) => service);
    const ofWhole =
      whole.length === 0
        ? []
        : await db.selectFrom('facilities').select('code').where('service', 'in', evenly(whole)).execute();
    return new Set([...named.map(({ facility }) => facility), ...ofWhole.map(({ code }) => code)]);
  },

  /**
   * Where these mailboxes live, where that is with us: by the mailbox itself, or else by its domain. In lower case. Where it is asked for
   * one customer, only his own mailboxes are known: nobody learns whether another's is here.
   */
  async homes(db: Reader, emails: string[], customerId?: string): Promise<Map<string, string[]>> {
    const homes = new Map<string, string[]>();
    if (emails.length === 0) return homes;
    const domains = [...new Set(emails.map(domainOf))];
    const sharing = db.selectFrom('facility_domains').selectAll().where('domain', 'in', evenly(domains)).execute();
    const living = db
      .selectFrom('mailboxes')
      .select(['address', 'facility'])
      .where('address', 'in', evenly(emails))
      .$if(customerId !== undefined, (query) => query.where('customer_id', '=', customerId ?? ''))
      .execute();
    const [byDomain, known] = await atOnce(sharing, living);
    const facilityOf = new Map(known.map((row) => [row.address, row.facility]));
    for (const email of emails) {
      const own = facilityOf.get(email);
      const shared = byDomain.filter((row) => row.domain === domainOf(email)).map((row) => row.facility);
      if (own !== undefined) homes.set(email, [own]);
      else if (shared.length > 0) homes.set(email, shared);
    }
    return homes;
  },

  /** The facilities of a customer's own mailboxes. */
  async facilitiesOf(db: Reader, customerId: string): Promise<string[]> {
    const rows = await db
      .selectFrom('mailboxes')
      .select('facility')
      .distinct()
      .where('customer_id', '=', customerId)
      .execute();
    return rows.map((row) => row.facility);
  },
};

function domainOf(email: string): string {
  return email.slice(email.lastIndexOf('@') + 1);
}

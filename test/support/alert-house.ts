import { type AlertGround, expandAll, expandNext } from '../../src/alerts/expand.ts';
import { alertSettled, recheckAlert } from '../../src/alerts/recheck.ts';
import type { Courier, CourierOptions } from '../../src/mail/courier/courier.ts';
import { smtpRelay } from '../../src/mail/relay/smtp-relay.ts';
import { publishReport } from '../../src/notices/publish.ts';
import { alertGround } from './alerts.ts';
import { clockAt } from './clock.ts';
import { freshDatabase } from './database.ts';
import { courierTo } from './mail.ts';
import { nextReport, noticeGround, publisher, smallCatalogue } from './notices.ts';
import { startReceiver } from './smtp.ts';

/** On the day of the fault. */
export const on = (time: string) => `2014-03-06T${time}:00+09:00`;

/** The notice's first impact is over. */
export const recovered = (id: string, at = '14:22') => [{ impact: `${id}-1`, at: on(at) }];

/** A courier of alert mails as the server has it: asks before each mail, notes its end, writes what is still to be written. */
export function alertCourier(alerts: AlertGround, url: string, more: Partial<CourierOptions> = {}): Courier {
  return courierTo(alerts.db, alerts.clock, url, {
    recheck: recheckAlert(alerts),
    settled: alertSettled(alerts),
    before: () => expandNext(alerts),
    ...more,
  });
}

/** A house whose mails are really sent and read. `mailed` sends what is due and gives one address' mails. */
export async function alertHouse() {
  const db = await freshDatabase();
  await smallCatalogue(db);
  await db.kysely
    .insertInto('desks')
    .values({
      ...{ key: 'support', name_ja: 'OCNテクニカルサポート', name_en: 'OCN support', position: 0 },
      ...{ phone: '0120-000-000', url: null, hours_ja: '9時から21時', hours_en: '9 to 21' },
    })
    .execute();
  const clock = clockAt(on('08:00'));
  const alerts = alertGround(db, clock);
  const receiver = await startReceiver();
  const courier = alertCourier(alerts, receiver.url, {
    // The clock stands still: what a busy machine was too slow for would not be tried again.
    relay: smtpRelay(receiver.url, { connectionTimeout: 30_000, greetingTimeout: 30_000 }),
  });
  const notices = noticeGround(db, clock);
  const mailed = async (name: string) => {
    await courier.drain();
    return receiver.read(`${name}@elsewhere.example`);
  };
  const tell = (id: string, report: Record<string, unknown>) =>
    publishReport(notices, publisher, id, nextReport({ mail: true, ...report }));
  const expand = () => expandAll(alerts);
  return { db, clock, notices, alerts, courier, receiver, mailed, tell, expand };
}

import { expect, test } from 'vitest';
import { publishNotice, publishReport } from '../../src/notices/publish.ts';
import { DAY } from '../../src/time.ts';
import { textOf } from '../support/console.ts';
import { expectValidHtml } from '../support/html.ts';
import { faultInput, nextReport, publisher } from '../support/notices.ts';
import { startSite } from '../support/site.ts';

async function ready() {
  const site = await startSite();
  const { get } = site;
  /** The days of a service's strip in a page's words: 2014-03-06 故障 20140306-1. */
  const days = async (url: string) =>
    [
      ...(await get(url)).body.matchAll(
        /<tr><td><time datetime="([\d-]+)">[^<]*<\/time><\/td><td>(.*?)<\/td><td>(.*?)<\/td>/g,
      ),
    ].map(
      ([, day, state, links = '']) =>
        `${day} ${state} ${[...links.matchAll(/notices\/([\d-]+)/g)].map(([, id]) => id).join(' ')}`,
    );
  return { ...site, days };
}

test('a service has a page for ever: its state, what is open, ninety days and what was', async () => {
  const { get, notices, clock, days } = await ready();
  const quiet = await get('/services/ocn-id');
  expect(textOf(quiet)).toContain('発生中の故障も、予定している工事もありません。');
  expect(textOf(quiet)).toContain('90日間、故障も工事もありません');
  await expectValidHtml(quiet.body);
  const { id } = await publishNotice(notices, publisher, faultInput());
  const broken = await get('/services/mail');
  expect(textOf(broken)).toContain('一部で故障発生中');
  expect(broken.body).toContain(`/notices/${id}`);
  expect(broken.body).toContain('href="/services/mail/feed.atom"');
  await expectValidHtml(broken.body);
  clock.set('2014-03-07T01:00:00+09:00');
  const recovered = [{ impact: `${id}-1`, at: '2014-03-07T00:30:00+09:00' }];
  await publishReport(notices, publisher, id, nextReport({ phase: 'recovery', recovered }));
  expect(await days('/services/mail')).toEqual([`2014-03-07 故障 ${id}`, `2014-03-06 故障 ${id}`]);
  const english = await get('/en/services/mail');
  expect(textOf(english)).toContain('State of OCN Mail');
  expect(textOf(english)).toContain('In 90 days: fault on 2 days');
  expect(textOf(english)).toContain('March 2014');
  await expectValidHtml(english.body);
  expect((await get('/services/none')).statusCode).toBe(404);
});

test('the worst of a day counts, midnight ends a day, and after ninety days it is gone', async () => {
  const { notices, clock, days, get } = await ready();
  const fault = (from: string, to: string | undefined, symptom: string) =>
    publishNotice(
      notices,
      publisher,
      faultInput(
        {
          occurredAt: from,
          impacts: [
            { service: 'mail', facilities: ['051'], symptom, startedAt: from, ...(to ? { recoveredAt: to } : {}) },
          ],
        },
        to ? { phase: 'first' } : {},
      ),
    );
  clock.set('2014-03-08T12:00:00+09:00');
  const late = await fault('2014-03-06T07:00:00+09:00', '2014-03-07T00:00:00+09:00', 'delayed');
  const off = await fault('2014-03-06T09:00:00+09:00', '2014-03-06T09:30:00+09:00', 'unavailable');
  expect(await days('/services/mail')).toEqual([`2014-03-06 故障 ${[off.id, late.id].sort().reverse().join(' ')}`]);
  // The front page has the same, and one strip for each service.
  expect(await days('/')).toEqual(await days('/services/mail'));
  expect((await get('/')).body.match(/<svg class="days"/g)).toHaveLength(3);
  clock.set('2014-06-03T23:59:00+09:00');
  expect(await days('/')).toHaveLength(1);
  clock.advance(DAY);
  expect(await days('/')).toEqual([]);
});

test('planned work counts on the days on which it was done, and not where it was cancelled', async () => {
  const { notices, clock, days } = await ready();
  const planned = { from: '2014-03-10T23:00:00+09:00', to: '2014-03-11T02:00:00+09:00' };
  const impacts = [{ service: 'mail', facilities: ['141'], symptom: 'unavailable' }];
  const work = faultInput({ kind: 'work', planned, impacts, occurredAt: undefined }, { phase: 'plan' });
  const { id } = await publishNotice(notices, publisher, work);
  const other = await publishNotice(notices, publisher, work);
  await publishReport(notices, publisher, other.id, nextReport({ phase: 'cancel' }));
  expect(await days('/services/mail')).toEqual([]);
  clock.set('2014-03-10T23:30:00+09:00');
  expect(await days('/services/mail')).toEqual([`2014-03-10 工事 ${id}`]);
  clock.set('2014-03-12T00:00:00+09:00');
  expect(await days('/services/mail')).toEqual([`2014-03-11 工事 ${id}`, `2014-03-10 工事 ${id}`]);
});

test('a service’s page is printed again only for what touches the service', async () => {
  const { notices, app, get } = await ready();
  await publishNotice(notices, publisher, faultInput());
  await get('/');
  const [mail, other] = [app.edition.page('/services/mail'), app.edition.page('/services/ocn-id')];
  const startedAt = '2014-03-06T07:34:00+09:00';
  const impacts = [{ service: 'mail', facilities: 'all', symptom: 'unavailable', startedAt }];
  await publishNotice(notices, publisher, faultInput({ impacts }));
  await app.edition.refresh();
  expect(app.edition.page('/services/ocn-id')).toBe(other);
  expect(app.edition.page('/services/mail')).not.toBe(mail);
});

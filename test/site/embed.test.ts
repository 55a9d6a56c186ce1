import { expect, test } from 'vitest';
import { startApp } from '../support/app.ts';
import { textOf } from '../support/console.ts';
import { freshDatabase } from '../support/database.ts';
import { expectValidHtml } from '../support/html.ts';
import { smallCatalogue } from '../support/notices.ts';

test('a page in both languages offers banner, badges, feeds and calendar to copy, and leads to what is there', async () => {
  const db = await freshDatabase();
  await smallCatalogue(db);
  const { app } = await startApp({ db });
  await app.edition.refresh();
  for (const [folder, root] of [
    ['', 'http://status.example/'],
    ['/en', 'http://status.example/en'],
  ] as const) {
    const page = await app.inject({ url: `${folder}/embed` });
    await expectValidHtml(page.body);
    const text = textOf(page);
    const at = `http://status.example${folder}`;
    for (const code of [
      '<script src="http://status.example/embed/banner.js" async></script>',
      `<iframe src="${at}/banner.html"`,
      `<a href="${root}"><img src="${at}/badge.svg" alt="`,
      `<img src="${at}/services/mail/badge.svg" alt="`,
      ...['feed.atom', 'feed.rss', 'feed.json', 'services/mail/feed.atom', 'calendar.ics'].map(
        (file) => `${at}/${file}`,
      ),
    ]) {
      expect(text).toContain(code);
      const address = /http:\/\/status\.example([^"]*)/.exec(code)?.[1] ?? '';
      expect((await app.inject({ url: address || '/' })).statusCode, address).toBe(200);
    }
    expect((await app.inject({ url: folder || '/' })).body).toContain(`href="${folder}/embed"`);
  }
});

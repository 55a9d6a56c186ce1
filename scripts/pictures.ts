import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/**
 * Takes the pictures of README.md and docs/pages.md from a server that runs with the example:
 * `npm run pictures -- http://127.0.0.1:3000 /s/TOKEN /stop/TOKEN`, with the links of one of its alert mails where those pages are
 * wanted, too.
 */
const base = process.argv[2] ?? 'http://127.0.0.1:3000';
const [link, stop] = process.argv.slice(3);

const README = [
  { file: 'front-page', path: '/', width: 1280, height: 1000 },
  { file: 'front-page-phone-dark', path: '/', width: 390, height: 844, dark: true },
  { file: 'my-mail-phone', path: '/my', width: 390, height: 844, as: 'hanako' },
  { file: 'notice-english', path: '/en/notices/20140306-1', width: 1280, height: 1000 },
  { file: 'console', path: '/console', width: 1280, height: 1000, as: 'publisher' },
];

/** One of each kind of page that everybody reads, and of those that customers read. */
const PAGES: { file: string; path: string; as?: string }[] = [
  { file: 'front', path: '/' },
  { file: 'notice', path: '/notices/20140306-1' },
  { file: 'service', path: '/services/mail' },
  { file: 'works', path: '/works' },
  { file: 'history', path: '/history' },
  { file: 'month', path: '/history/2014-03' },
  { file: 'search', path: '/history/search?q=OCN&year=2014' },
  { file: 'press', path: '/notices/20140306-1/press' },
  { file: 'text', path: '/text' },
  { file: 'embed', path: '/embed' },
  { file: 'missing', path: '/nowhere' },
  { file: 'check', path: '/check?domain=m121.ocn.example' },
  { file: 'my', path: '/my', as: 'jiro' },
  ...(link ? [{ file: 'status-link', path: link }] : []),
  ...(stop ? [{ file: 'stop', path: stop }] : []),
  { file: 'addresses', path: '/my/addresses', as: 'taro' },
  { file: 'password', path: '/my/password', as: 'hanako' },
  { file: 'account', path: '/my/account', as: 'taro' },
  { file: 'my-services', path: '/my/services', as: 'taro' },
];

const HEIGHT = 1600;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
});
for (const { file, path, width, height, dark, as } of README) {
  const page = await open(browser, { viewport: { width, height }, colorScheme: dark ? 'dark' : 'light' });
  if (as) await signIn(page, path.startsWith('/console') ? '/console' : '/my', as);
  await page.goto(base + path);
  await keep(page, `${file}.png`);
}
const signedIn = new Map<string, BrowserContextOptions['storageState']>();
for (const { file, path, as } of PAGES) {
  const shots: string[] = [];
  const storageState = as ? await sessionOf(as) : undefined;
  for (const width of [1280, 390]) {
    for (const language of ['', '/en']) {
      for (const colorScheme of ['light', 'dark'] as const) {
        const page = await open(browser, {
          ...{ viewport: { width, height: HEIGHT }, colorScheme },
          ...(storageState ? { storageState } : {}),
        });
        await page.goto(base + language + path);
        shots.push((await page.screenshot({ type: 'jpeg', quality: 80 })).toString('base64'));
        await page.context().close();
      }
    }
  }
  const sheet = await open(browser, { viewport: { width: 1680, height: 600 } });
  await sheet.setContent(contactSheet(shots));
  await keep(sheet, `pages/${file}.jpg`);
}
await browser.close();

/** Wide screens above, phones below, as a reader who compares them would lay them out. */
function contactSheet(shots: string[]): string {
  const image = (shot: string) => `<img src="data:image/jpeg;base64,${shot}">`;
  return `<style>
    body { margin: 0; display: grid; grid-template-columns: repeat(4, 1fr); gap: 8px; padding: 8px; background: #888; }
    img { width: 100%; height: 480px; object-fit: cover; object-position: top; display: block }
    img:nth-child(n + 5) { width: 62%; height: 820px; margin: auto }
  </style>${shots.map(image).join('')}`;
}

async function open(from: Browser, options: BrowserContextOptions): Promise<Page> {
  return (await from.newContext(options)).newPage();
}

async function signIn(page: Page, room: string, login: string): Promise<void> {
  await page.goto(`${base}${room}/sign-in`);
  await page.fill('#login', login);
  await page.fill('#password', 'shirase-example');
  await page.getByRole('button', { name: 'サインインする' }).click();
}

/** One session for all of his pictures: the list of his devices is one of them. */
async function sessionOf(login: string): Promise<BrowserContextOptions['storageState']> {
  if (!signedIn.has(login)) {
    const page = await open(browser, {});
    await signIn(page, '/my', login);
    signedIn.set(login, await page.context().storageState());
    await page.context().close();
  }
  return signedIn.get(login);
}

async function keep(page: Page, file: string): Promise<void> {
  const path = `docs/images/${file}`;
  await page.screenshot(
    file.endsWith('.jpg') ? { path, type: 'jpeg', quality: 70, fullPage: true } : { path, type: 'png' },
  );
  await page.context().close();
  process.stdout.write(`${path}\n`);
}

import { chromium } from 'playwright-core';

/** Takes the pictures of README.md from a server that runs with the example: `npm run pictures -- http://127.0.0.1:3000`. */
const base = process.argv[2] ?? 'http://127.0.0.1:3000';

const PICTURES = [
  { file: 'front-page.png', path: '/', width: 1280, height: 1000 },
  { file: 'front-page-phone-dark.png', path: '/', width: 390, height: 844, dark: true },
  { file: 'my-mail-phone.png', path: '/my', width: 390, height: 844, as: 'hanako' },
  { file: 'notice-english.png', path: '/en/notices/20140306-1', width: 1280, height: 1000 },
  { file: 'console.png', path: '/console', width: 1280, height: 1000, as: 'publisher' },
];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
});
for (const picture of PICTURES) {
  const page = await browser.newPage({
    viewport: { width: picture.width, height: picture.height },
    colorScheme: picture.dark ? 'dark' : 'light',
  });
  if (picture.as) {
    await page.goto(`${base}${picture.path.startsWith('/console') ? '/console' : '/my'}/sign-in`);
    await page.fill('#login', picture.as);
    await page.fill('#password', 'shirase-example');
    await page.getByRole('button', { name: 'サインインする' }).click();
  }
  await page.goto(base + picture.path);
  await page.screenshot({ path: `docs/images/${picture.file}` });
  await page.close();
  process.stdout.write(`docs/images/${picture.file}\n`);
}
await browser.close();

import { AxeBuilder } from '@axe-core/playwright';
import type { FastifyInstance } from 'fastify';
import type { Page } from 'playwright-core';
import { closeBrowser, hasBrowser, listen, openPage } from './browser.ts';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What axe finds on the page as it stands, in words; a page has one h1. */
export async function barriers(page: Page): Promise<string[]> {
  const axe = new AxeBuilder({ page }).withTags(RULES);
  // A locked document within a page runs no script, so axe cannot look inside and would wait: it is looked at as a page of its own.
  if (await page.locator('iframe[sandbox]').count()) axe.setLegacyMode().exclude('iframe[sandbox]');
  // WCAG 2.2.1 lets a page reload itself where its reader can turn that off. axe sees only the reloading.
  if (await page.locator('a[href="?still"]').count()) axe.disableRules('meta-refresh');
  const { violations } = await axe.analyze();
  const headings = await page.locator('h1').count();
  return [
    ...violations.map((one) => `${page.url()}: ${one.id} ${one.nodes[0]?.html}`),
    ...(headings === 1 ? [] : [`${page.url()}: ${headings} h1`]),
  ];
}

/** A page, how wide it is looked at, and in which colours. */
export type View = readonly [path: string, width: number, scheme: 'light' | 'dark'];

/** The barriers on pages as somebody with these cookies sees them; none where there is no browser. */
export async function barriersFor(
  app: FastifyInstance,
  { cookies }: { cookies: ReadonlyMap<string, string> },
  views: readonly View[],
): Promise<string[]> {
  if (!hasBrowser) return [];
  const base = await listen(app);
  const tab = await openPage();
  await tab.context().addCookies([...cookies].map(([name, value]) => ({ name, value, url: base })));
  const found: string[] = [];
  for (const [path, width, scheme] of views) {
    await tab.setViewportSize({ width, height: 900 });
    await tab.emulateMedia({ colorScheme: scheme });
    await tab.goto(base + path);
    found.push(...(await barriers(tab)));
  }
  await closeBrowser();
  return found;
}

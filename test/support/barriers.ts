import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

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

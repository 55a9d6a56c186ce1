import type { Kind } from '../edition/sheet.ts';
import { robotsText } from './robots.ts';
import { securityText } from './security.ts';
import { sitemap } from './sitemap.ts';

const TEXT = 'text/plain; charset=utf-8';

/** What search engines and finders of weak places look for, under the names that they look for. */
export const finders: Kind = {
  routes: ['/robots.txt', '/sitemap.xml', '/.well-known/security.txt'],
  *sheets(printing) {
    const { operator, publicUrl, today } = printing;
    yield { path: '/robots.txt', type: TEXT, seal: '', late: true, print: () => robotsText(publicUrl) };
    yield {
      path: '/sitemap.xml',
      type: 'application/xml; charset=utf-8',
      seal: printing.stamp(),
      late: true,
      print: () => sitemap(printing),
    };
    const { securityContact } = operator;
    if (securityContact === undefined) return;
    const path = '/.well-known/security.txt';
    yield {
      path,
      type: TEXT,
      // A day's file: it runs out if nobody renews it, and we do.
      seal: today,
      late: true,
      print: () => securityText({ contact: securityContact, canonical: publicUrl + path, today }),
    };
  },
};

import type { Service } from '../../catalogue/catalogue.ts';
import type { Kind } from '../edition/sheet.ts';
import { pageSheets } from './print.ts';

/** `/embed`: how other pages and programs show what is told here. */
export const embed: Kind = {
  routes: ['/embed'],
  sheets: (printing) =>
    pageSheets(printing, {
      path: '/embed',
      template: 'site/embed',
      // No news: nobody who has it open waits for another.
      mark: '',
      seal: printing.stamp([]),
      view: (): EmbedPage => ({ services: printing.content.catalogue.services }),
      late: true,
    }),
};

export interface EmbedPage {
  services: Service[];
}

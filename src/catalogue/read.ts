import type { Reader } from '../db/open.ts';
import type { Catalogue, CatalogueNames, Desk } from './catalogue.ts';
import { catalogueStore } from './store.ts';

/** What other rooms may read of this one. */

/** What the operator offers now, in his order. */
export function loadCatalogue(db: Reader): Promise<Catalogue> {
  return catalogueStore.load(db);
}

/** What everything is or was called, for notices of any age. */
export function loadNames(db: Reader): Promise<CatalogueNames> {
  return catalogueStore.names(db);
}

/** Where customers can ask. */
export function loadDesks(db: Reader): Promise<Desk[]> {
  return catalogueStore.desks(db);
}

import type { Instant } from '../time.ts';

/** What can break, as the operator's customers know it. */
export interface Name {
  ja: string;
  en?: string | undefined;
}

export interface Service {
  key: string;
  name: Name;
  group?: string | undefined;
  /** The service that this is a way of using: webmail of mail. A fault of all of it concerns that service's mailboxes too. */
  partOf?: string | undefined;
  /** Services that fail when these fail: everything that signs in by the ID system. */
  dependsOn?: string[] | undefined;
}

export interface Facility {
  code: string;
  name: Name;
  service: string;
  /** Lower-case ASCII. */
  mailDomains?: string[] | undefined;
}

/** Where customers can ask. */
export interface Desk {
  key: string;
  name: Name;
  phone?: string | undefined;
  url?: string | undefined;
  hours?: Name | undefined;
}

export interface Catalogue {
  services: Service[];
  facilities: Facility[];
  desks: Desk[];
}

/** The catalogue with quick answers by key. Names of what is retired are known too: old notices still name it. */
export interface CatalogueNames {
  service(key: string): Name;
  facility(code: string): Name;
  /** When a service first stood in the catalogue. */
  since(key: string): Instant;
}

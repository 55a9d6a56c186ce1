import type { Generated } from 'kysely';

export interface ServicesTable {
  key: string;
  name_ja: string;
  name_en: string | null;
  group_name: string | null;
  part_of: string | null;
  position: number;
  retired_at: number | null;
  created_at: Generated<number>;
}

export interface ServiceDependenciesTable {
  service: string;
  depends_on: string;
}

export interface FacilitiesTable {
  code: string;
  name_ja: string;
  name_en: string | null;
  service: string;
  position: number;
  retired_at: number | null;
}

export interface FacilityDomainsTable {
  domain: string;
  facility: string;
}

export interface DesksTable {
  key: string;
  name_ja: string;
  name_en: string | null;
  phone: string | null;
  url: string | null;
  hours_ja: string | null;
  hours_en: string | null;
  position: number;
}

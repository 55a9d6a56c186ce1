/** What services and facilities are called, retired ones too: old notices still name them. */
export interface Names {
  services: Map<string, { ja: string; en?: string | undefined; partOf: string | null }>;
  facilities: Map<string, { ja: string; en?: string | undefined; service: string }>;
}

/** What services and facilities are called, retired ones too: old notices still name them. */
export interface Names {
  services: Map<string, { ja: string; en?: string | undefined; partOf: string | null }>;
  facilities: Map<string, { ja: string; en?: string | undefined; service: string }>;
}

/** The name of a thing by its key; the key itself where nobody remembers it. */
export interface Called {
  service(key: string): { ja: string; en?: string | undefined };
  facility(code: string): { ja: string; en?: string | undefined };
}

export function called({ services, facilities }: Names): Called {
  return {
    service: (key) => services.get(key) ?? { ja: key },
    facility: (code) => facilities.get(code) ?? { ja: code },
  };
}

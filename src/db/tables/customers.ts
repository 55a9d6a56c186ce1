import type { Generated } from 'kysely';

export interface CustomersTable {
  id: string;
  login: string;
  display_name: string | null;
  password_hash: string | null;
  created_at: number;
  links_from: Generated<number>;
}

export interface MailboxesTable {
  address: string;
  customer_id: string;
  facility: string;
  created_at: number;
}

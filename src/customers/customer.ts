/** A person with an account. */
export interface Customer {
  id: string;
  login: string;
  displayName: string | null;
}

/** Logins are compared without regard to case: people type them on telephones. */
export function loginKey(login: string): string {
  return login.normalize('NFKC').trim().toLowerCase();
}

/** A mailbox's address as it is stored: the domain in lower-case. */
export function mailboxKey(address: string): string {
  const at = address.lastIndexOf('@');
  return at < 0 ? address : `${address.slice(0, at)}@${address.slice(at + 1).toLowerCase()}`;
}

import type { MailToSend } from '../store.ts';

/** Mails that are claimed and not yet under way, by receiving domain: each domain gets its turn. */
export class Stock {
  readonly #byDomain = new Map<string, MailToSend[]>();
  size = 0;

  add(mails: MailToSend[]): void {
    for (const mail of mails) {
      const list = this.#byDomain.get(mail.domain);
      if (list) list.push(mail);
      else this.#byDomain.set(mail.domain, [mail]);
    }
    this.size += mails.length;
  }

  /** The oldest mail of the domain whose turn it is and that may be approached. */
  next(mayGo: (domain: string) => boolean): MailToSend | undefined {
    for (const [domain, list] of this.#byDomain) {
      if (!mayGo(domain)) continue;
      const mail = list.shift();
      // to the end of the row
      this.#byDomain.delete(domain);
      if (list.length > 0) this.#byDomain.set(domain, list);
      this.size--;
      return mail;
    }
    return undefined;
  }

  countOf(domain: string): number {
    return this.#byDomain.get(domain)?.length ?? 0;
  }

  /** Takes everything out that is not to be kept. */
  clear(keep: (domain: string) => boolean = () => false): MailToSend[] {
    const out: MailToSend[] = [];
    for (const [domain, list] of this.#byDomain) {
      if (keep(domain)) continue;
      out.push(...list);
      this.#byDomain.delete(domain);
    }
    this.size -= out.length;
    return out;
  }
}

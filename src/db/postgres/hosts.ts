/**
 * The servers that a URL such as `postgres://u:p@db1,db2:5433/shirase?target_session_attrs=read-write` names, as libpq reads it. pg
 * knows one host only, so each gets a URL of its own and they are tried in turn.
 */
export class Hosts {
  readonly #urls: string[];
  #at = 0;

  constructor(url: string) {
    const [, before = '', hosts = '', after = ''] = /^([a-z]+:\/\/(?:[^@/?]*@)?)([^/?@]*)([/?].*)?$/i.exec(url) ?? [];
    const rest = after.replace(/([?&])target_session_attrs=[^&]*(&|$)/, (_all, first: string, last: string) =>
      last === '' ? '' : first,
    );
    this.#urls = hosts.split(',').map((host) => before + host.trim() + rest);
  }

  get several(): boolean {
    return this.#urls.length > 1;
  }

  get current(): string {
    return this.#urls[this.#at] ?? '';
  }

  /** Whoever was refused there tries the next one; many that were refused at once move on by one only. */
  failed(url: string): void {
    if (url === this.current) this.#at = (this.#at + 1) % this.#urls.length;
  }
}

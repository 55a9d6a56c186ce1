import { type Cipher, createCipheriv, createDecipheriv, type Decipher, hkdfSync } from 'node:crypto';

/** Twelve octets of an alert's random id and four zeros, enciphered: 128 bits that nobody can make up. */
const ID = /^[0-9a-f]{24}$/;
const LOCAL = /^b\+([0-9a-f]{32})$/;

/**
 * A return path of its own for each mail (VERP), so that a refusal that comes later says by its own address which mail it is about. Nothing is
 * stored: the token is the mail's id, enciphered. Mails whose id is not random (confirmations) have the domain's common one.
 */
export class ReturnPaths {
  readonly #domain: string;
  readonly #encipher: Cipher;
  readonly #decipher: Decipher[];

  /** @param secrets of several the first one makes them and all are believed */
  constructor(domain: string, secrets: readonly [string, ...string[]]) {
    this.#domain = domain.toLowerCase();
    const keyOf = (secret: string) => Buffer.from(hkdfSync('sha256', secret, '', 'mail return path', 16));
    // One block of random octets each and no more: what ECB gives away does not arise.
    this.#encipher = createCipheriv('aes-128-ecb', keyOf(secrets[0]), null).setAutoPadding(false);
    this.#decipher = secrets.map((one) => createDecipheriv('aes-128-ecb', keyOf(one), null).setAutoPadding(false));
  }

  pathOf(mailId: string): string {
    if (!ID.test(mailId)) return `b@${this.#domain}`;
    const token = this.#encipher.update(Buffer.from(`${mailId}00000000`, 'hex')).toString('hex');
    return `b+${token}@${this.#domain}`;
  }

  get domain(): string {
    return this.#domain;
  }

  /** The mail that this return path was made for; undefined where we did not make it. */
  mailOf(address: string): string | undefined {
    const at = address.lastIndexOf('@');
    if (at < 0 || address.slice(at + 1).toLowerCase() !== this.#domain) return undefined;
    const token = LOCAL.exec(address.slice(0, at).toLowerCase())?.[1];
    if (token === undefined) return undefined;
    for (const decipher of this.#decipher) {
      const block = decipher.update(Buffer.from(token, 'hex')).toString('hex');
      if (block.endsWith('00000000')) return block.slice(0, 24);
    }
    return undefined;
  }
}

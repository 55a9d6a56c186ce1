import type { Relay } from './relay.ts';

/**
 * Outside production real mail goes only to those on the list (addresses or domains in lower-case, `*` for everybody); the rest
 * is written to files, so that an exercise never reaches a customer.
 */
export function onlyTo(allowed: string[], real: Relay, files: Relay): Relay {
  const listed = new Set(allowed.map(unquoted));
  const may = (recipient: string) => {
    const address = unquoted(recipient.toLowerCase());
    return listed.has('*') || listed.has(address) || listed.has(address.slice(address.lastIndexOf('@') + 1));
  };
  return {
    send: (mail, beforeFinalDot) => (may(mail.to) ? real : files).send(mail, beforeFinalDot),
    close: async () => {
      await real.close();
      await files.close();
    },
  };
}

/** `"taro..x"@…` is how a carrier's address stands in an envelope, and `taro..x@…` how people write it. */
function unquoted(address: string): string {
  return address.replace(/^"([^"\\]*)"@/, '$1@');
}

/** Whose certificates this process believes, besides those of the usual authorities. */
import tls from 'node:tls';

let besides: readonly string[] = [];

/**
 * From now on certificates of these authorities (PEM) are believed by everything in this thread: `node:https`, `fetch` and
 * WebSockets. Threads begin without: they are told by `trustedBesides`.
 */
export function trustAlso(authorities: readonly string[]): void {
  const added = authorities.filter((one) => !besides.includes(one));
  if (added.length === 0) return;
  if (!('setDefaultCACertificates' in tls)) {
    throw new Error(`MATRIX_CA_FILE needs Node 24.5 or newer, this is ${process.versions.node}.`);
  }
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), ...added]);
  besides = [...besides, ...added];
}

/** What `trustAlso` was given. */
export function trustedBesides(): readonly string[] {
  return besides;
}

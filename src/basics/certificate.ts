/** The certificate that a server shows, also one that nobody here believes. */
import { isIP } from 'node:net';
import tls from 'node:tls';

export interface SeenCertificate {
  /** `CN=localhost, O=Somebody`. */
  subject: string;
  issuer: string;
  /** SHA-256, as openssl prints it. */
  fingerprint: string;
  /** The names and addresses that it is for. */
  names: string[];
  /** ms since 1970. */
  begins: number;
  ends: number;
  /** Why it is not believed, in the word of OpenSSL; null where it is. */
  why: string | null;
}

/** What certificates fail with that are not believed, whatever the rest of the way was. */
export const UNTRUSTED =
  /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?|CERT_\w+|INVALID_CA|ERR_TLS_CERT_ALTNAME_INVALID)$/;

/** Null where nobody speaks TLS there within this time. Sends nothing. */
export function certificateAt(url: URL, withinMs: number): Promise<SeenCertificate | null> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = portOf(url, 443);
  return new Promise((resolve) => {
    const name = isIP(host) === 0 ? { servername: host } : {};
    const socket = tls.connect({ host, port, ...name, rejectUnauthorized: false });
    const end = (seen: SeenCertificate | null) => {
      clearTimeout(late);
      socket.destroy();
      resolve(seen);
    };
    const late = setTimeout(() => end(null), withinMs);
    socket.on('error', () => end(null));
    socket.on('close', () => end(null));
    socket.on('secureConnect', () => end(seenOn(socket)));
  });
}

/** `usual`: the one that an address without a port means. */
export function portOf(url: URL, usual = url.protocol === 'https:' || url.protocol === 'wss:' ? 443 : 80): number {
  return url.port === '' ? usual : Number(url.port);
}

function seenOn(socket: tls.TLSSocket): SeenCertificate | null {
  const found = socket.getPeerCertificate();
  if (typeof found.fingerprint256 !== 'string') return null;
  const error = socket.authorizationError as Error | string | null | undefined;
  return {
    subject: inWords(found.subject),
    issuer: inWords(found.issuer),
    fingerprint: found.fingerprint256,
    names: (found.subjectaltname ?? '').split(', ').map((one) => one.replace(/^(DNS|IP Address):/, '')),
    ...{ begins: Date.parse(found.valid_from), ends: Date.parse(found.valid_to) },
    why: error ? ((error as { code?: string }).code ?? String(error)) : null,
  };
}

function inWords(name: object): string {
  return Object.entries(name)
    .toReversed()
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(', ');
}

/**
 * What is wrong with it and what to do, in a sentence. `whose`: what shows it; `setting`: what names the server;
 * `code`: what the connection failed with.
 */
export function whyUntrusted(
  seen: SeenCertificate,
  { whose, setting, code }: { whose: string; setting: string; code: string },
): string {
  const { subject, issuer, fingerprint, names } = seen;
  const named = `${subject}, issued by ${issuer === subject ? 'itself' : issuer}, SHA-256 ${fingerprint}`;
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return `The certificate of ${whose} ended on ${day(seen.ends)} (${named}). Renew it there; or is the clock of this machine wrong (${today()})?`;
    case 'CERT_NOT_YET_VALID':
      return `The certificate of ${whose} is valid from ${day(seen.begins)} on (${named}). Is the clock of this machine wrong (${today()})?`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `The certificate of ${whose} is for another name: ${names.join(', ')} (${named}). Write that name in ${setting}, or give the server a certificate for this one.`;
    default:
      return `The certificate of ${whose} is not trusted here (${code}): ${named}. Put the certificate of its authority into a file, and name the file in MATRIX_CA_FILE.`;
  }
}

function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function today(): string {
  return `it says ${new Date().toISOString().slice(0, 16)}Z`;
}

/** Why no homeserver answers at MATRIX_HOMESERVER, found out by looking there, in a sentence that says what to do. */
import { certificateAt, portOf, UNTRUSTED, whyUntrusted } from '../basics/certificate.ts';
import { oneLine } from '../basics/visible.ts';
import type { MatrixFailure } from './errors.ts';

/** How long a look may take, ms: whoever starts a service reads of it within seconds. */
const LOOK_MS = 1_500;
/** More of a page is not read. */
const PAGE_BYTES = 64 * 1024;
const SHOWN = 200;

const VERSIONS = '/_matrix/client/versions';

type Failed = Pick<MatrixFailure, 'kind' | 'status' | 'code' | 'detail' | 'retryAfterMs'>;

/** By what the system calls it. */
const ofTheWay: readonly [RegExp, (place: string) => string][] = [
  [
    /^(ENOTFOUND|EAI_AGAIN|EAI_FAIL)$/,
    (place) => `The name in ${place} is not known here. Is MATRIX_HOMESERVER spelt right, and is there a name server?`,
  ],
  [
    /^ECONNREFUSED$/,
    (place) =>
      `Nobody listens at ${place}. Does the homeserver run, and is the port in MATRIX_HOMESERVER right? (In a container 127.0.0.1 is the container itself.)`,
  ],
  [
    /^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/,
    (place) => `There is no way to ${place}. Is this machine in the network of MATRIX_HOMESERVER?`,
  ],
  [
    /^(ESOCKETTIMEDOUT|ETIMEDOUT)$/,
    (place) =>
      `${place} does not answer. Is the port in MATRIX_HOMESERVER right, and does a firewall drop what goes there?`,
  ],
  [
    /^(EPROTO|ERR_SSL_\w+)$/,
    (place) =>
      `${place} speaks no TLS that can be used here. Write http:// for https:// in MATRIX_HOMESERVER, or the port of https.`,
  ],
];

/** `failure`: how a call ended. Never rejects; looks there at most twice, for a second or two each time. */
export async function whyNoHomeserver(homeserver: string, failure: Failed): Promise<string> {
  const url = new URL(homeserver);
  const { kind, status, code } = failure;
  const place = `${url.hostname} port ${portOf(url)}`;
  const reason = `(${code}: ${oneLine(failure.detail, SHOWN)})`;
  if (kind === 'limited') return limitedWords(failure);
  if (kind === 'suspended') {
    return `The homeserver lets the account do nothing ${reason}. Its administrator has to say why, and to end it.`;
  }
  if (status === null) {
    const told = ofTheWay.find(([pattern]) => pattern.test(code));
    if (told !== undefined) return `${told[1](place)} (${code})`;
    if (UNTRUSTED.test(code)) return untrusted(url, code);
  }
  if (url.protocol === 'http:' && (await certificateAt(url, LOOK_MS)) !== null) {
    return `${place} speaks TLS. Write https:// for http:// in MATRIX_HOMESERVER. ${reason}`;
  }
  return (
    (await whatIsThere(homeserver)) ?? `No homeserver answers at ${homeserver} ${reason}. Check MATRIX_HOMESERVER.`
  );
}

function limitedWords({ code, retryAfterMs }: Failed): string {
  const when = retryAfterMs === null ? 'later' : `in ${Math.ceil(retryAfterMs / 1000)} s`;
  return `The homeserver takes no more calls of this account for now (${code}); it is asked again ${when}. docs/operating.md says how to exempt the account.`;
}

async function untrusted(url: URL, code: string): Promise<string> {
  const whose = `${url.hostname} port ${portOf(url)}`;
  const seen = await certificateAt(url, LOOK_MS);
  if (seen !== null) return whyUntrusted(seen, { whose, code, setting: 'MATRIX_HOMESERVER' });
  return `The certificate of ${whose} is not trusted here (${code}). Name the file of its authority in MATRIX_CA_FILE.`;
}

/** Null where it looks like a homeserver after all, or cannot be seen. Never rejects. */
export async function whatIsThere(homeserver: string): Promise<string | null> {
  const url = new URL(homeserver);
  const [page, elsewhere, root] = await Promise.all([
    look(homeserver + VERSIONS),
    delegated(url.origin),
    url.pathname === '/' ? null : look(url.origin + VERSIONS),
  ]);
  if (page === null || isHomeserver(page)) return null;
  const what = `${homeserver} is no homeserver: ${whatIs(page)}`;
  if (elsewhere !== null && elsewhere !== homeserver) {
    return `${what}. ${url.hostname} says that its homeserver is at ${oneLine(elsewhere, SHOWN)}: set MATRIX_HOMESERVER to that.`;
  }
  if (root !== null && isHomeserver(root))
    return `${what}. There is one at ${url.origin}: leave out the path in MATRIX_HOMESERVER.`;
  if (page.location !== null) {
    return `${what}, which is not followed. Set MATRIX_HOMESERVER to where the homeserver itself is.`;
  }
  if (page.status >= 502) return `${what}. That is a proxy: does the homeserver behind it run?`;
  return `${what}. Set MATRIX_HOMESERVER to the address that clients use, which answers at ${VERSIONS}.`;
}

interface Page {
  status: number;
  type: string;
  location: string | null;
  json: unknown;
}

function whatIs({ status, type, location, json }: Page): string {
  if (location !== null) return `it sends everybody to ${oneLine(location, SHOWN)} (HTTP ${status})`;
  const kind =
    json === undefined ? (type.includes('html') ? 'a page' : 'something that is not JSON') : 'JSON of something else';
  return `it answers with ${kind} (HTTP ${status})`;
}

function isHomeserver({ status, json }: Page): boolean {
  return status === 200 && Array.isArray((json as { versions?: unknown } | null | undefined)?.versions);
}

/** Where a server name sends clients (Client-Server API, Well-known URIs). */
async function delegated(origin: string): Promise<string | null> {
  const page = await look(`${origin}/.well-known/matrix/client`);
  const said = (page?.json as { 'm.homeserver'?: { base_url?: unknown } } | null | undefined)?.['m.homeserver'];
  const url = typeof said?.base_url === 'string' ? URL.parse(said.base_url) : null;
  return url === null ? null : url.href.replace(/\/+$/, '');
}

async function look(url: string): Promise<Page | null> {
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(LOOK_MS) });
    const { status, headers } = response;
    const text = await beginningOf(response);
    return { status, type: headers.get('content-type') ?? '', location: headers.get('location'), json: parsed(text) };
  } catch {
    return null;
  }
}

async function beginningOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk as Uint8Array);
    bytes += (chunk as Uint8Array).length;
    if (bytes > PAGE_BYTES) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Undefined for what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

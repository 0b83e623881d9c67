/** Why an agent could not be asked, in sentences for the operator. */
import { oneLine } from '../basics/visible.ts';
import type { Failure } from './converse.ts';

const DETAIL_CHARACTERS = 300;

const CERTIFICATE = /certificate|altnames|CERT_/i;

/** Whether the connection failed because nobody here believes what the server showed. */
export function isOfCertificate(failure: Failure | null): boolean {
  return failure?.at === 'connection' && CERTIFICATE.test(failure.detail);
}

/** By what the system calls it; the first that fits. `$1`: what was found. */
const reasons: readonly [RegExp, string][] = [
  [/ECONNREFUSED/, 'nobody listens there: is the agent running, and is the port right?'],
  [/ENOTFOUND|EAI_AGAIN/, 'the name of its host is not known here: is it spelt right, and in the same network?'],
  [/EHOSTUNREACH|ENETUNREACH|ETIMEDOUT/, 'there is no way to its host: is it in the same network?'],
  [/Unexpected server response: (404)/, 'its server knows no such path (HTTP $1): is the path of base_url right?'],
  [/Unexpected server response: (40[13])/, 'its server lets nobody in (HTTP $1): is the key in base_url right?'],
  [/Unexpected server response: (\d+)/, 'its server answers HTTP $1, and opens no WebSocket'],
  [
    /wrong version number|packet length too long|EPROTO|SSL routines/,
    'its server speaks no TLS there: write ws:// for wss://, or another port',
  ],
  [CERTIFICATE, 'its TLS certificate is not trusted here'],
  [
    /ECONNRESET|socket hang up|EPIPE/,
    'its server closed the connection: does base_url begin as it should, wss:// or ws://?',
  ],
];

const late: Record<Failure['at'], (seconds: number) => string> = {
  connection: (seconds) => `there was no connection within ${seconds} s: does a firewall drop what goes there?`,
  STATUS: (seconds) => `it took the connection, and said no STATUS within ${seconds} s`,
  answer: (seconds) => `its answer was not over within ${seconds} s`,
};

/** `seconds`: how long it was waited for; `secret`: what in the agent's address nobody may read. */
export function whyNot(failure: Failure, seconds: number, secret: (text: string) => string): string {
  const { at, why } = failure;
  if (why === 'called off') return 'you did not wait for it';
  if (why === 'late') return late[at](seconds);
  const detail = oneLine(secret(failure.detail), DETAIL_CHARACTERS);
  if (at === 'answer') return `it did not answer: ${detail}`;
  for (const [pattern, words] of reasons) {
    const found = pattern.exec(detail);
    if (found !== null) return `${words.replace('$1', found[1] ?? '')} (${detail})`;
  }
  return at === 'STATUS' ? `it took the connection, but: ${detail}` : detail;
}

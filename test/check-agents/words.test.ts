/** Why an agent could not be asked, in the words of whoever can mend it. */
import { expect, test } from 'vitest';
import type { Failure } from '../../src/check-agents/converse.ts';
import { whyNot } from '../../src/check-agents/words.ts';

const unreachable = (detail: string): Failure => ({ at: 'connection', why: 'unreachable', detail });
const say = (failure: Failure) => whyNot(failure, 5, (text) => text.replaceAll('k3y', '***'));

test.each([
  ['self-signed certificate', 'its TLS certificate is not trusted here'],
  ["Hostname/IP does not match certificate's altnames: Host: a.", 'its TLS certificate is not trusted here'],
  ['certificate has expired', 'its TLS certificate is not trusted here'],
  ['socket hang up', 'its server closed the connection: does base_url begin as it should, wss:// or ws://?'],
  ['connect EHOSTUNREACH 10.0.0.9:8000', 'there is no way to its host: is it in the same network?'],
  [
    'getaddrinfo EAI_AGAIN agent',
    'the name of its host is not known here: is it spelt right, and in the same network?',
  ],
  ['Unexpected server response: 403', 'its server lets nobody in (HTTP 403): is the key in base_url right?'],
])('%s', (detail, words) => {
  expect(say(unreachable(detail))).toBe(`${words} (${detail})`);
});

test('what nobody foresaw is told as it is, on one line and without secrets', () => {
  expect(say(unreachable('it\nbroke at ws://a/?key=k3y'))).toBe('it broke at ws://a/?key=***');
  expect(say({ at: 'STATUS', why: 'protocol', detail: 'closed with 1011' })).toBe(
    'it took the connection, but: closed with 1011',
  );
});

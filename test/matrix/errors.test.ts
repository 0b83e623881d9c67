import { expect, test } from 'vitest';
import { MatrixError } from 'matrix-bot-sdk';
import { MatrixFailure, parseRetryAfter, toFailure } from '../../src/matrix/errors.ts';

const now = Date.parse('2026-01-01T00:00:00Z');
const matrix = (status: number, body: object) => new MatrixError(body as { errcode: string; error: string }, status);
const network = (code: string) => Object.assign(new Error(`${code} happened`), { code });
const html = (statusCode: number) => ({ statusCode, headers: {}, body: '<html>secret</html>' });

const table: [string, unknown, string | null, string][] = [
  ['a refusal', matrix(403, { errcode: 'M_FORBIDDEN', error: 'No' }), null, 'refused 403 M_FORBIDDEN null No'],
  [
    'an event too large',
    matrix(413, { errcode: 'M_TOO_LARGE', error: 'Big' }),
    null,
    'refused 413 M_TOO_LARGE null Big',
  ],
  [
    'an unknown endpoint',
    matrix(404, { errcode: 'M_UNRECOGNIZED', error: 'What' }),
    null,
    'refused 404 M_UNRECOGNIZED null What',
  ],
  [
    'a hostile errcode',
    matrix(400, { errcode: { a: 1 }, error: 7 }),
    null,
    'refused 400 M_UNKNOWN null The homeserver gave no reason',
  ],
  [
    'a long reason',
    matrix(400, { errcode: 'M_X', error: 'x'.repeat(5000) }),
    null,
    `refused 400 M_X null ${'x'.repeat(300)}`,
  ],
  [
    'an unknown token',
    matrix(401, { errcode: 'M_UNKNOWN_TOKEN', error: 'Bye' }),
    null,
    'unauthorised 401 M_UNKNOWN_TOKEN null Bye',
  ],
  ['any 401', matrix(401, { errcode: 'M_UNAUTHORIZED', error: 'No' }), null, 'unauthorised 401 M_UNAUTHORIZED null No'],
  [
    'a locked account',
    matrix(401, { errcode: 'M_USER_LOCKED', error: 'Locked', soft_logout: true }),
    null,
    'suspended 401 M_USER_LOCKED null Locked',
  ],
  ...['M_CONSENT_NOT_GIVEN', 'M_USER_SUSPENDED', 'M_USER_DEACTIVATED', 'ORG_MATRIX_EXPIRED_ACCOUNT'].map(
    (code): [string, unknown, null, string] => [
      `an account that may do nothing by ${code}`,
      matrix(403, { errcode: code, error: 'Wait' }),
      null,
      `suspended 403 ${code} null Wait`,
    ],
  ),
  [
    'a suspended account under the code of a draft',
    matrix(403, { errcode: 'ORG.MATRIX.MSC3823.USER_ACCOUNT_SUSPENDED', error: 'Wait' }),
    null,
    'suspended 403 ORG.MATRIX.MSC3823.USER_ACCOUNT_SUSPENDED null Wait',
  ],
  [
    'a person who takes no invitations',
    matrix(403, { errcode: 'M_INVITE_BLOCKED', error: 'No' }),
    null,
    'refused 403 M_INVITE_BLOCKED null No',
  ],
  [
    'an unknown token, oddly',
    matrix(403, { errcode: 'M_UNKNOWN_TOKEN', error: 'Bye' }),
    null,
    'unauthorised 403 M_UNKNOWN_TOKEN null Bye',
  ],
  [
    'a full homeserver',
    matrix(403, { errcode: 'M_RESOURCE_LIMIT_EXCEEDED', error: 'Full' }),
    null,
    'suspended 403 M_RESOURCE_LIMIT_EXCEEDED null Full',
  ],
  [
    'an error of the homeserver',
    matrix(500, { errcode: 'M_UNKNOWN', error: 'Oops' }),
    null,
    'unavailable 500 M_UNKNOWN null Oops',
  ],
  ['an errcode with 200', matrix(200, { errcode: 'M_ODD', error: 'Odd' }), null, 'unavailable 200 M_ODD null Odd'],
  [
    '429 with a header',
    matrix(429, { errcode: 'M_LIMIT_EXCEEDED', error: 'Slow', retry_after_ms: 9 }),
    '3',
    'limited 429 M_LIMIT_EXCEEDED 3000 Slow',
  ],
  [
    '429 with a date',
    matrix(429, { errcode: 'M_LIMIT_EXCEEDED', error: 'Slow' }),
    'Thu, 01 Jan 2026 00:00:04 GMT',
    'limited 429 M_LIMIT_EXCEEDED 4000 Slow',
  ],
  [
    '429 with the old field',
    matrix(429, { errcode: 'M_LIMIT_EXCEEDED', error: 'Slow', retry_after_ms: 1234.5 }),
    null,
    'limited 429 M_LIMIT_EXCEEDED 1235 Slow',
  ],
  [
    '429 with an odd header',
    matrix(429, { errcode: 'M_LIMIT_EXCEEDED', error: 'Slow', retry_after_ms: 70 }),
    'soon',
    'limited 429 M_LIMIT_EXCEEDED 70 Slow',
  ],
  [
    '429 with an odd field',
    matrix(429, { errcode: 'M_LIMIT_EXCEEDED', error: 'Slow', retry_after_ms: '1' }),
    null,
    'limited 429 M_LIMIT_EXCEEDED null Slow',
  ],
  ['429 without a word', matrix(429, { errcode: 'M_OTHER', error: 'Slow' }), null, 'limited 429 M_OTHER null Slow'],
  ['429 of a proxy without a word', html(429), null, 'limited 429 HTTP_429 null Too many requests'],
  ['429 with no time at all', html(429), '0', 'limited 429 HTTP_429 null Too many requests'],
  [
    'the longest wait',
    matrix(429, { errcode: 'M_LIMIT_EXCEEDED', error: 'Slow' }),
    '99999999999',
    'limited 429 M_LIMIT_EXCEEDED 3600000 Slow',
  ],
  ['429 of a proxy', html(429), '2', 'limited 429 HTTP_429 2000 Too many requests'],
  [
    '502 of a proxy',
    html(502),
    null,
    'unavailable 502 HTTP_502 null An answer with status 502 that is not of a Matrix homeserver',
  ],
  [
    '404 of a proxy',
    html(404),
    null,
    'unavailable 404 HTTP_404 null An answer with status 404 that is not of a Matrix homeserver',
  ],
  [
    '401 of a proxy',
    html(401),
    null,
    'unavailable 401 HTTP_401 null An answer with status 401 that is not of a Matrix homeserver',
  ],
  ['413 of a proxy', html(413), null, 'refused 413 M_TOO_LARGE null The request is too large'],
  [
    'a redirect',
    html(302),
    null,
    'unavailable 302 HTTP_302 null The homeserver address redirects elsewhere, which is not followed: is it the right one?',
  ],
  ['a broken connection', network('ECONNRESET'), null, 'unavailable null ECONNRESET null ECONNRESET happened'],
  ['a timeout', network('ESOCKETTIMEDOUT'), null, 'unavailable null ESOCKETTIMEDOUT null ESOCKETTIMEDOUT happened'],
  [
    'an error without a word',
    Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }),
    null,
    'unavailable null ECONNREFUSED null ECONNREFUSED',
  ],
  ['an error without a code', new TypeError('odd'), null, 'unavailable null TypeError null odd'],
  ['an abort', network('ABORT_ERR'), null, 'aborted null ABORTED null ABORT_ERR happened'],
  ['an abort of the platform', new DOMException('stop', 'AbortError'), null, 'aborted null ABORTED null stop'],
  ['a string', 'secret', null, 'unavailable null UNKNOWN null Something that is no error was thrown'],
  ['nothing', undefined, null, 'unavailable null UNKNOWN null Something that is no error was thrown'],
  ['null', null, null, 'unavailable null UNKNOWN null Something that is no error was thrown'],
];

test.each(table)('%s', (_name, thrown, retryAfter, expected) => {
  const { kind, status, code, retryAfterMs, detail } = toFailure(thrown, { retryAfter, now });
  expect(`${kind} ${status} ${code} ${retryAfterMs} ${detail}`).toBe(expected);
});

test('a failure stays itself', () => {
  const failure = new MatrixFailure({ kind: 'refused', status: 403, code: 'M_X', detail: 'No' });
  expect(toFailure(failure, { retryAfter: null, now })).toBe(failure);
  expect(failure.message).toBe('M_X: No');
});

test.each([
  [null, null],
  ['', null],
  ['soon', null],
  ['-1', null],
  ['0', 0],
  [' 5 ', 5000],
  ['1.5', 1500],
  ['Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
  ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
])('Retry-After %s is %s ms', (header, ms) => {
  expect(parseRetryAfter(header, now)).toBe(ms);
});

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { classOf, failureClasses, suspends, type FailureKind } from '../../src/matrix/failure-classes.ts';

test('docs/failures.md shows the table', () => {
  const page = readFileSync(new URL('../../docs/failures.md', import.meta.url), 'utf8');
  const rows = page
    .split('\n')
    .filter((line) => /^\| [_*]/.test(line))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  expect(rows.map(([name = '', ...cells]) => [name.slice(1, -1), ...cells])).toEqual(
    Object.entries(failureClasses).map(([name, { examples, waits, person, operator, ends }]) => [
      ...[name, examples, waits, person, operator, ends],
    ]),
  );
});

test.each<[FailureKind, number | null, string, string]>([
  ['refused', 413, 'M_TOO_LARGE', 'of this message'],
  ['refused', 400, 'M_BAD_JSON', 'of this message'],
  ['refused', 403, 'M_FORBIDDEN', 'of this room'],
  ['limited', 429, 'M_LIMIT_EXCEEDED', 'of the account'],
  ['unauthorised', 401, 'M_UNKNOWN_TOKEN', 'of the account'],
  ['suspended', 403, 'M_USER_SUSPENDED', 'of the account'],
  ['suspended', 403, 'M_RESOURCE_LIMIT_EXCEEDED', 'of the homeserver'],
  ['unavailable', 502, 'HTTP_502', 'of the homeserver'],
  ['unavailable', null, 'ECONNRESET', 'of the homeserver'],
  ['unavailable', null, 'ERR_TLS_CERT_ALTNAME_INVALID', 'of the homeserver'],
  ['unavailable', null, 'TypeError', 'ours'],
  ['unavailable', null, 'ERR_INVALID_CHAR', 'ours'],
  ['aborted', null, 'ABORTED', 'ours'],
])('%s %s %s is %s', (kind, status, code, expected) => {
  expect(classOf({ kind, status, code })).toBe(expected);
});

test.each(['M_INVITE_BLOCKED', 'M_FORBIDDEN', 'M_TOO_LARGE', 'M_LIMIT_EXCEEDED', 'USER_LOCKED_OUT'])(
  '%s suspends nobody',
  (code) => {
    expect(suspends(code)).toBe(false);
  },
);

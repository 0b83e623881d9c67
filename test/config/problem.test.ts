import { expect, test } from 'vitest';
import { ConfigError, hideCredentials, nearest, show } from '../../src/config/problem.ts';

test('the message is a list in columns', () => {
  const error = new ConfigError([
    { where: 'MATRIX_USER_ID', value: null, problem: 'is missing', hint: 'for example @bot:example.org' },
    { where: 'OPS_PORT', value: '"x"', problem: 'is not a port', hint: 'a port\u001b[31m' },
  ]);
  expect(error.message.split('\n')).toEqual([
    'The configuration has 2 problems:',
    '  MATRIX_USER_ID  is missing',
    '                  -> for example @bot:example.org',
    '  OPS_PORT        "x" is not a port',
    '                  -> a port?[31m',
  ]);
});

test('a value is shown on one line without what could be secret', () => {
  expect(show('a\nb')).toBe('"a\\nb"');
  expect(show('x'.repeat(200))).toBe(`"${'x'.repeat(78)}…`);
  expect(show({ a: 1 })).toBe('{…}');
  expect(show(undefined)).toBeNull();
  expect(hideCredentials('ws://user:p@ss@host/path?token=x')).toBe('ws://***@host/path?***');
  expect(hideCredentials('ws://host/path#token')).toBe('ws://host/path#***');
  expect(hideCredentials('user:pass@host')).toBe('***@host');
  expect(hideCredentials('https://host/path')).toBe('https://host/path');
  expect(hideCredentials('host/path?key=secret')).toBe('host/path?***');
  expect(hideCredentials('ws:host?key=secret&b=c')).toBe('ws:host?***');
  expect(hideCredentials('/path#token=secret')).toBe('/path#***');
  expect(hideCredentials('why? 1 + 1 = 2')).toBe('why? 1 + 1 = 2');
  expect(hideCredentials('@user:host')).toBe('@user:host');
});

test('a name is near when few letters differ or when it is the beginning of one', () => {
  expect(nearest('reserch', ['research', 'writing'])).toBe('research');
  expect(nearest('turn', ['turn_ms', 'queue'])).toBe('turn_ms');
  expect(nearest('zebra', ['research', 'writing'])).toBeNull();
  expect(nearest('x', [])).toBeNull();
});

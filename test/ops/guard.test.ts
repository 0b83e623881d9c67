import { expect, test } from 'vitest';
import { createGuard } from '../../src/ops/guard.ts';

const TOKEN = '0123456789abcdef';
type Asked = Parameters<ReturnType<typeof createGuard>>[0];
const asked = (headers: Asked['headers'], method = 'GET', ip = '127.0.0.1'): Asked => ({ method, headers, ip });
const here = { host: '127.0.0.1:9090' };

test.each([
  [asked({ host: '127.0.0.1:9090' }), null],
  [asked({ host: 'localhost' }), null],
  [asked({ host: '[::1]:9090' }, 'POST', '::1'), null],
  [asked(here, 'GET', '::ffff:127.0.0.1'), null],
  [asked(here, 'GET', '10.0.0.7'), 403],
  [asked({ host: 'evil.example' }), 403],
  [asked({ host: '127.0.0.1.evil.example' }), 403],
  [asked({ host: 'localhost.evil.example:9090' }), 403],
  [asked({}), 403],
  [asked({ ...here, 'x-forwarded-for': '10.0.0.7' }), 403],
  [asked({ ...here, 'x-real-ip': '127.0.0.1' }), 403],
  [asked({ ...here, forwarded: 'for=10.0.0.7' }, 'POST'), 403],
  [asked({ ...here, via: '1.1 proxy' }), 403],
  [asked({ ...here, origin: 'https://evil.example' }, 'POST'), 403],
  [asked({ ...here, origin: 'null' }, 'POST'), 403],
  [asked({ ...here, 'sec-fetch-site': 'cross-site' }, 'POST'), 403],
  [asked({ ...here, 'sec-fetch-site': 'none' }, 'POST'), null],
  [asked({ ...here, origin: 'https://evil.example' }), null],
])('without a token, %j', (request, status) => {
  expect(createGuard(null)(request)?.status ?? null).toBe(status);
});

test.each([
  [`Bearer ${TOKEN}`, null],
  [`bearer  ${TOKEN} `, null],
  [undefined, 401],
  ['', 401],
  [`Bearer ${TOKEN}x`, 401],
  [`Bearer ${TOKEN.slice(1)}`, 401],
  [`Basic ${TOKEN}`, 401],
  ['Bearer', 401],
])('with one, %j', (authorization, status) => {
  const headers = { host: 'bot.example.org', ...(authorization !== undefined && { authorization }) };
  expect(createGuard(TOKEN)(asked(headers, 'POST', '10.0.0.7'))?.status ?? null).toBe(status);
});

/** Mistakes on the way to the homeserver, and about the account on it. */
import { UserId } from '../../machines/ids.ts';
import { logIn } from '../support/matrix-http.ts';
import { AUTHORITY, behindTls } from '../support/tls.ts';
import { answering, by, free, mute, service, type House, type Mistake } from './house.ts';

const both = [service, by('doctor', 1)];
const at = (url: string) => ({ env: { MATRIX_HOMESERVER: url } });
const trusting = (url: string) => ({ env: { MATRIX_HOMESERVER: url, MATRIX_CA_FILE: AUTHORITY } });
const portOf = ({ homeserver }: House) => Number(new URL(homeserver.url).port);

/** Every answer of this kind of call is another one. */
const answered =
  (part: string, status: number, body: object, headers: Record<string, string> = {}) =>
  ({ homeserver }: House) => {
    homeserver.faults.add({
      match: ({ path }) => path.endsWith(part),
      answer: { kind: 'status', status, body, headers },
    });
    return {};
  };

export const ofTheHomeserver: readonly Mistake[] = [
  {
    mistake: 'nobody listens at its port',
    said: both,
    sentence:
      'Nobody listens at 127.0.0.1 port {port}. Does the homeserver run, and is the port in MATRIX_HOMESERVER right? (In a container 127.0.0.1 is the container itself.)',
    make: async () => at(`http://127.0.0.1:${await free()}`),
  },
  {
    mistake: 'its name is misspelt',
    said: both,
    sentence:
      'The name in matrix.invalid port 443 is not known here. Is MATRIX_HOMESERVER spelt right, and is there a name server?',
    make: () => at('https://matrix.invalid'),
  },
  {
    mistake: 'something listens there that never answers',
    said: both,
    sentence:
      '127.0.0.1 port {port} does not answer. Is the port in MATRIX_HOMESERVER right, and does a firewall drop what goes there?',
    make: async () => at(`http://127.0.0.1:${await mute()}`),
  },
  {
    mistake: 'https:// for a port of http',
    said: both,
    sentence:
      '127.0.0.1 port {port} speaks no TLS that can be used here. Write http:// for https:// in MATRIX_HOMESERVER, or the port of https.',
    make: (house) => at(house.homeserver.url.replace('http:', 'https:')),
  },
  {
    mistake: 'http:// for a port of https',
    said: both,
    sentence: 'localhost port {port} speaks TLS. Write https:// for http:// in MATRIX_HOMESERVER.',
    make: async (house) => at(`http://localhost:${await behindTls(portOf(house))}`),
  },
  {
    mistake: 'something else than HTTP',
    said: both,
    sentence: 'No homeserver answers at http://127.0.0.1:{port} ({why}). Check MATRIX_HOMESERVER.',
    make: async () => at(`http://127.0.0.1:${await mute('SSH-2.0-OpenSSH_9.6\r\n')}`),
  },
  {
    mistake: 'the page of a web server',
    said: both,
    sentence:
      '{url} is no homeserver: it answers with a page (HTTP 404). Set MATRIX_HOMESERVER to the address that clients use, which answers at /_matrix/client/versions.',
    make: async () =>
      at(await answering((_, response) => response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>No</h1>'))),
  },
  {
    mistake: 'the API of something else',
    said: both,
    sentence: '{url} is no homeserver: it answers with JSON of something else (HTTP 200). Set MATRIX_HOMESERVER to',
    make: async () => at(await answering((_, response) => response.end('{"hello":"world"}'))),
  },
  {
    mistake: 'an address that redirects',
    said: both,
    sentence:
      '{url} is no homeserver: it sends everybody to https://www.example.org/ (HTTP 302), which is not followed. Set MATRIX_HOMESERVER to where the homeserver itself is.',
    make: async () =>
      at(await answering((_, response) => response.writeHead(302, { location: 'https://www.example.org/' }).end())),
  },
  {
    mistake: 'the name of the server, which delegates',
    said: both,
    sentence: 'says that its homeserver is at https://matrix.example.org: set MATRIX_HOMESERVER to that.',
    make: async () =>
      at(
        await answering((request, response) => {
          const isAsked = request.url === '/.well-known/matrix/client';
          const body = { 'm.homeserver': { base_url: 'https://matrix.example.org/' } };
          response.writeHead(isAsked ? 200 : 404).end(isAsked ? JSON.stringify(body) : 'none');
        }),
      ),
  },
  {
    mistake: 'a path too much',
    said: [by('start', 1), by('doctor', 1)],
    sentence: 'There is one at {url}: leave out the path in MATRIX_HOMESERVER.',
    make: ({ homeserver }) => at(`${homeserver.url}/_matrix/client`),
  },
  {
    mistake: 'a proxy without its homeserver',
    said: both,
    sentence:
      '{url} is no homeserver: it answers with {what} (HTTP 502). That is a proxy: does the homeserver behind it run?',
    make: async () => at(await answering((_, response) => response.writeHead(502).end('Bad Gateway'))),
  },
  {
    mistake: 'a certificate of an authority of one’s own',
    said: both,
    sentence:
      'The certificate of localhost port {port} is not trusted here (UNABLE_TO_VERIFY_LEAF_SIGNATURE): CN=localhost, issued by CN=An authority of the tests, SHA-256 {fingerprint}. Put the certificate of its authority into a file, and name the file in MATRIX_CA_FILE.',
    make: async (house) => at(`https://localhost:${await behindTls(portOf(house))}`),
  },
  {
    mistake: 'a certificate that has ended',
    said: [by('doctor', 1)],
    sentence:
      'The certificate of localhost port {port} ended on 2021-01-01 (CN=localhost, issued by CN=An authority of the tests, SHA-256 {fingerprint}). Renew it there; or is the clock of this machine wrong (it says {time})?',
    make: async (house) => trusting(`https://localhost:${await behindTls(portOf(house), 'ended')}`),
  },
  {
    mistake: 'a certificate for another name',
    said: [by('doctor', 1)],
    sentence:
      'The certificate of localhost port {port} is for another name: matrix.example.org ({certificate}). Write that name in MATRIX_HOMESERVER, or give the server a certificate for this one.',
    make: async (house) => trusting(`https://localhost:${await behindTls(portOf(house), 'elsewhere')}`),
  },
  {
    mistake: 'a homeserver that speaks only what is old',
    said: [by('doctor', 1)],
    sentence: 'speaks no version of Matrix that the service does (v1.1 or later). Upgrade the homeserver.',
    make: answered('/versions', 200, { versions: ['r0.5.0', 'r0.6.1'] }),
  },
  {
    mistake: 'a clock that is wrong',
    said: [by('doctor', 0)],
    sentence: 'The clock of this machine is {time} ahead of that of the homeserver. Set it right (NTP) here or there',
    make: answered('/versions', 200, { versions: ['v1.11'] }, { Date: 'Sat, 01 Jan 2022 00:00:00 GMT' }),
  },
  {
    mistake: 'a wrong token',
    said: [by('start', 1), by('doctor', 1)],
    sentence:
      'The homeserver does not accept the access token (M_UNKNOWN_TOKEN: {why}). Its session has ended (by a logout, a new password, its age), or it is not copied whole. Set MATRIX_ACCESS_TOKEN to a valid one, or set MATRIX_PASSWORD instead.',
    make: () => ({ env: { MATRIX_ACCESS_TOKEN: 'syt_wrong' } }),
  },
  {
    mistake: 'a token whose session has ended (soft logout)',
    said: [by('start', 1), by('doctor', 1)],
    sentence: 'The homeserver does not accept the access token (M_UNKNOWN_TOKEN: {why}). Its session has ended',
    make({ homeserver, bot }) {
      homeserver.faults.expireTokens(bot);
      return {};
    },
  },
  {
    mistake: 'a token of another account',
    said: [by('start', 1), by('doctor', 1)],
    sentence:
      'The homeserver says that MATRIX_ACCESS_TOKEN belongs to @ann:demo.test, but MATRIX_USER_ID is {bot}. Correct one of the two.',
    make: ({ homeserver }) => ({
      env: { MATRIX_ACCESS_TOKEN: homeserver.login(homeserver.register('ann', 'secret')).token },
    }),
  },
  {
    mistake: 'a wrong password',
    said: [by('start', 1), by('doctor', 1)],
    sentence:
      'The homeserver refused the password of {bot} (M_FORBIDDEN: {why}). Check MATRIX_USER_ID and MATRIX_PASSWORD.',
    make: () => ({ without: ['MATRIX_ACCESS_TOKEN'], env: { MATRIX_PASSWORD: 'wrong' } }),
  },
  {
    mistake: 'a homeserver that takes no passwords',
    said: [by('start', 1), by('doctor', 1)],
    sentence: 'Check MATRIX_HOMESERVER; where it takes no passwords, set MATRIX_ACCESS_TOKEN.',
    make: (house) => ({
      ...answered('/login', 400, { errcode: 'M_UNKNOWN', error: 'Unknown login type m.login.password' })(house),
      ...{ without: ['MATRIX_ACCESS_TOKEN'], env: { MATRIX_PASSWORD: 'secret' } },
    }),
  },
  {
    mistake: 'another device than that of the token',
    said: [by('doctor', 0)],
    sentence:
      'as device BOT, while MATRIX_DEVICE_ID is OTHER. Correct it, or leave it out: a token has the device of its login.',
    make: () => ({ env: { MATRIX_DEVICE_ID: 'OTHER' } }),
  },
  {
    mistake: 'a deactivated account',
    said: [by('start', 1), by('doctor', 1)],
    sentence:
      'is deactivated (M_USER_DEACTIVATED: {why}). Have it activated again by an administrator, or set MATRIX_USER_ID to another account.',
    make: answered('/whoami', 403, { errcode: 'M_USER_DEACTIVATED', error: 'This account has been deactivated' }),
  },
  {
    mistake: 'a suspended account, or terms that nobody accepted',
    said: both,
    sentence:
      'The homeserver lets the account do nothing (M_CONSENT_NOT_GIVEN: {why}). Its administrator has to say why, and to end it.',
    make: answered('/whoami', 403, { errcode: 'M_CONSENT_NOT_GIVEN', error: 'Accept the terms' }),
  },
  {
    mistake: 'an account that is limited',
    said: both,
    sentence:
      'The homeserver takes no more calls of this account for now (M_LIMIT_EXCEEDED); it is asked again in 60 s. docs/operating.md says how to exempt the account.',
    make: answered('/whoami', 429, { errcode: 'M_LIMIT_EXCEEDED', error: 'Too many requests', retry_after_ms: 60_000 }),
  },
  {
    mistake: 'people write in a room that is encrypted',
    said: [by('doctor', 0)],
    sentence:
      '1 of its 1 rooms are encrypted: the bot cannot read what people write there, and tells them so. Have them write in the chats that it makes, which never are.',
    async make({ homeserver }) {
      const bot = await logIn(homeserver.url, UserId.parse('@bot:demo.test'), 'secret');
      const content = { algorithm: 'm.megolm.v1.aes-sha2' };
      await bot.post('/createRoom', { initial_state: [{ type: 'm.room.encryption', state_key: '', content }] });
      return {};
    },
  },
];

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { Readable } from 'node:stream';
import { expect, onTestFinished, test, vi } from 'vitest';
import { homeserver, type Person } from './world.ts';

const UPLOAD = '/_matrix/media/v3/upload';
const DOWNLOAD = '/_matrix/client/v1/media/download';

type Body = NonNullable<RequestInit['body']>;
type Server = Awaited<ReturnType<typeof homeserver>>;

async function upload(server: Server, who: Person, body: Body, type = 'text/plain', name = 'a.txt') {
  const response = await fetch(`${server.url}${UPLOAD}?filename=${encodeURIComponent(name)}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${who.token}`, 'content-type': type },
    ...{ body, duplex: 'half' },
  });
  return { status: response.status, body: (await response.json()) as { content_uri?: string; errcode?: string } };
}

async function uploaded(server: Server, who: Person, body: Body, type?: string, name?: string): Promise<string> {
  const { content_uri: uri = '' } = (await upload(server, who, body, type, name)).body;
  return uri.slice(`mxc://${server.serverName}/`.length);
}

const download = (server: Server, who: Person, id: string, more: RequestInit = {}) =>
  fetch(`${server.url}${DOWNLOAD}/${server.serverName}/${id}`, {
    headers: { authorization: `Bearer ${who.token}` },
    ...more,
  });

const inChunks = (...chunks: string[]) =>
  Readable.toWeb(Readable.from(chunks.map((text) => Buffer.from(text)))) as Body;

test('takes 100 MiB, or what it is told to take', async () => {
  const server = await homeserver();
  expect(await server.person('ann').get('/_matrix/client/v1/media/config')).toEqual({ 'm.upload.size': 104_857_600 });
  const small = await homeserver({ maxUpload: 5 });
  expect(await small.person('ann').get('/_matrix/media/v3/config')).toEqual({ 'm.upload.size': 5 });
});

test('what is too large is not taken, whether it says so before or not', async () => {
  const server = await homeserver({ maxUpload: 5 });
  const ann = server.person('ann');
  expect((await upload(server, ann, '12345')).status).toBe(200);
  const refused = { status: 413, body: { errcode: 'M_TOO_LARGE', error: 'Upload request body is too large' } };
  expect(await upload(server, ann, '123456')).toEqual(refused);
  expect(await upload(server, ann, inChunks('123', '456'))).toEqual(refused);
});

test('more than the megabyte that other bodies may have', async () => {
  const server = await homeserver();
  const ann = server.person('ann');
  const text = 'x'.repeat(3_000_000);
  const id = await uploaded(server, ann, inChunks(text, 'y'));
  const response = await download(server, ann, id);
  expect([response.headers.get('content-length'), await response.text()]).toEqual(['3000001', `${text}y`]);
});

test('of all files, those that came last are kept', async () => {
  const server = await homeserver({ maxKept: 10 });
  const ann = server.person('ann');
  const ids = [];
  for (const text of ['first', 'second', 'x'.repeat(11), 'a', 'b']) ids.push(await uploaded(server, ann, text));
  const statuses = await Promise.all(ids.map(async (id) => (await download(server, ann, id)).status));
  // The one that is more than is kept stays until the next one comes.
  expect(statuses).toEqual([404, 404, 404, 200, 200]);
});

test('one that breaks off leaves nothing, and nothing stays after the homeserver', async () => {
  const place = await mkdtemp(`${tmpdir()}/roomkeeper-test-`);
  vi.stubEnv('TMPDIR', place);
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await rm(place, { recursive: true });
  });
  const files = async () => (await readdir(place, { recursive: true })).length - 1;
  const server = await homeserver();
  const ann = server.person('ann');
  await uploaded(server, ann, 'whole');
  const half = request(`${server.url}${UPLOAD}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ann.token}`, 'content-length': 1_000_000 },
  });
  half.on('error', () => undefined);
  half.write('x'.repeat(500_000));
  await expect.poll(files).toBe(2);
  half.destroy();
  await expect.poll(files).toBe(1);
  await server.close();
  expect(await readdir(place)).toEqual([]);
});

test('a page of another address may read a picture with its token, and shows nothing that acts', async () => {
  const server = await homeserver();
  const ann = server.person('ann');
  const id = await uploaded(server, ann, '<svg/>', 'image/svg+xml', 'a".svg');
  const asked = await download(server, ann, id, { method: 'OPTIONS' });
  expect([asked.status, asked.headers.get('access-control-allow-headers')]).toEqual([
    204,
    'X-Requested-With, Content-Type, Authorization, Date',
  ]);
  const { headers } = await download(server, ann, id);
  const shown = ['access-control-allow-origin', 'content-disposition', 'content-type', 'x-content-type-options'];
  expect(shown.map((name) => headers.get(name))).toEqual([
    '*',
    "attachment; filename*=utf-8''a%22.svg",
    'image/svg+xml',
    'nosniff',
  ]);
  expect(headers.get('content-security-policy')).toContain('sandbox');
});

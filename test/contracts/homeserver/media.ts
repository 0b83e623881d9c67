import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { http, type Session } from '../../support/matrix-http.ts';
import { anyNumber, type Lab, refusal } from './lab.ts';

/** Upload and download, for those who are logged in. */
export function media(lab: Lab): void {
  const MEDIA = '/_matrix/client/v1/media';
  const upload = async (
    who: Session,
    bytes: Uint8Array<ArrayBuffer>,
    type: string,
    name?: string,
  ): Promise<{ server: string; media: string }> => {
    const query = name === undefined ? '' : `?filename=${encodeURIComponent(name)}`;
    const response = await fetch(`${lab.homeserver.url}/_matrix/media/v3/upload${query}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${who.token}`, 'content-type': type },
      body: bytes,
    });
    expect(response.status).toBe(200);
    const { content_uri: uri } = (await response.json()) as { content_uri: string };
    const [, server, id] = /^mxc:\/\/([^/]+)\/([\w-]+)$/.exec(uri) ?? [];
    if (server === undefined || id === undefined) throw new Error(`no mxc address: ${uri}`);
    return { server, media: id };
  };
  const download = (who: Session | null, path: string) =>
    fetch(`${lab.homeserver.url}${path}`, who ? { headers: { authorization: `Bearer ${who.token}` } } : {});

  test('what was uploaded comes back byte by byte, with its type', async () => {
    const [alice, bob] = await lab.people('alice', 'bob');
    const bytes = new Uint8Array(randomBytes(100_000));
    const uploaded = await upload(alice, bytes, 'image/png', 'picture.png');
    expect(uploaded.server).toBe(lab.homeserver.serverName);
    const response = await download(bob, `${MEDIA}/download/${uploaded.server}/${uploaded.media}`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('image/png');
    expect(response.headers.get('content-length')).toBe('100000');
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes);
  });

  test('the name is given with the download, and can be another', async () => {
    const alice = await lab.person();
    const { server, media: id } = await upload(alice, new TextEncoder().encode('text'), 'text/plain', 'notes.txt');
    const named = await download(alice, `${MEDIA}/download/${server}/${id}`);
    expect(named.headers.get('content-disposition')).toContain('notes.txt');
    const renamed = await download(alice, `${MEDIA}/download/${server}/${id}/other.txt`);
    expect(renamed.headers.get('content-disposition')).toContain('other.txt');
  });

  test('nobody downloads or uploads without a token', async () => {
    const alice = await lab.person();
    const { server, media: id } = await upload(alice, new TextEncoder().encode('secret'), 'text/plain');
    const anonymous = http(lab.homeserver.url);
    expect(await anonymous.request('GET', `${MEDIA}/download/${server}/${id}`)).toEqual(
      refusal(401, 'M_MISSING_TOKEN'),
    );
    expect(await anonymous.request('POST', '/_matrix/media/v3/upload', '{}')).toEqual(refusal(401, 'M_MISSING_TOKEN'));
  });

  test('the old address without authentication does not know it', async () => {
    const alice = await lab.person();
    const { server, media: id } = await upload(alice, new TextEncoder().encode('secret'), 'text/plain');
    expect((await download(alice, `/_matrix/media/v3/download/${server}/${id}`)).status).toBe(404);
  });

  test('what was never uploaded is 404', async () => {
    const alice = await lab.person();
    const reply = await alice.request('GET', `${MEDIA}/download/${lab.homeserver.serverName}/nothing`);
    expect(reply).toEqual(refusal(404, 'M_NOT_FOUND'));
  });

  test('the limit is told to those who are logged in', async () => {
    const alice = await lab.person();
    expect(await alice.get(`${MEDIA}/config`)).toEqual({ 'm.upload.size': anyNumber });
    expect(await http(lab.homeserver.url).request('GET', `${MEDIA}/config`)).toEqual(refusal(401, 'M_MISSING_TOKEN'));
  });
}

/** Files that the bot brings to a homeserver and fetches from it, on any homeserver: take it for one that is new here. */
import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MxcUri, UserId } from '../../machines/ids.ts';
import { createClient } from '../../src/matrix/client.ts';
import { createCourier } from '../../src/matrix/courier.ts';
import { createMedia } from '../../src/matrix/media.ts';
import { createStanding } from '../../src/matrix/standing.ts';
import type { NewFile, OpenFile } from '../../src/ports.ts';
import { logIn } from '../support/matrix-http.ts';
import { keptLog, message } from '../matrix/support.ts';
import { createRoom, getEvent, PASSWORD, type TestHomeserver } from './homeserver/lab.ts';

/** Run on the homeserver that `start` gives. */
export function describeMedia(name: string, start: () => Promise<TestHomeserver>): void {
  describe(`files on ${name}`, () => {
    let homeserver: TestHomeserver;
    const { signal } = new AbortController();
    beforeAll(async () => {
      homeserver = await start();
    });
    afterAll(() => homeserver.stop());

    /** Somebody of our own, with the bot's way to send files; `token`: in the place of the true one. */
    async function account(token?: string) {
      const localpart = `media${randomBytes(4).toString('hex')}`;
      const me = UserId.parse(await homeserver.register(localpart, PASSWORD));
      const session = await logIn(homeserver.url, me, PASSWORD);
      const accessToken = token ?? session.token;
      const log = keptLog();
      const api = createClient({ homeserver: homeserver.url, accessToken, me, log });
      const media = createMedia({
        ...{ api, homeserver: homeserver.url, accessToken, log },
        ...{ now: Date.now, chance: Math.random },
      });
      return { media, api, me, session, log };
    }

    const file = (content: Uint8Array, more: Partial<NewFile> = {}): NewFile => ({
      ...{ name: 'a picture (1).png', mime: 'image/png', bytes: content.length, ...more },
      async *read() {
        for (let at = 0; at < content.length; at += 65_536)
          yield await Promise.resolve(content.subarray(at, at + 65_536));
      },
    });

    async function uploaded(media: Awaited<ReturnType<typeof account>>['media'], content: Uint8Array): Promise<MxcUri> {
      const result = await media.upload(file(content), signal);
      if (result.is === 'not') throw new Error(JSON.stringify(result));
      return result.url;
    }

    async function hashOf(found: OpenFile): Promise<string> {
      const hash = createHash('sha256');
      for await (const chunk of found.content) hash.update(chunk);
      return hash.digest('hex');
    }

    test('3 MB go and come back byte by byte, also to others', async () => {
      const [ann, bob] = await Promise.all([account(), account()]);
      const content = randomBytes(3_000_000);
      const url = await uploaded(ann.media, content);
      const found = await bob.media.open(url, signal);
      if (found.is === 'not') throw new Error(JSON.stringify(found));
      expect([found.bytes, found.mime]).toEqual([3_000_000, 'image/png']);
      expect(await hashOf(found)).toBe(createHash('sha256').update(content).digest('hex'));
    });

    test('an empty one', async () => {
      const { media } = await account();
      const found = await media.open(await uploaded(media, new Uint8Array()), signal);
      if (found.is === 'not') throw new Error(JSON.stringify(found));
      expect([found.bytes, await hashOf(found)]).toEqual([0, createHash('sha256').digest('hex')]);
    });

    test('what was never there is gone', async () => {
      const { media } = await account();
      const url = MxcUri.parse(`mxc://${homeserver.serverName}/nothing`);
      const detail = expect.any(String) as string;
      expect(await media.open(url, signal)).toEqual({ is: 'not', why: 'gone', code: 'M_NOT_FOUND', detail });
    });

    test('what is on a homeserver that cannot be reached does not open', async () => {
      const { media } = await account();
      const found = await media.open(MxcUri.parse('mxc://elsewhere.invalid/abc'), signal);
      expect(found).toEqual(expect.objectContaining({ is: 'not' }));
    });

    test('what is too big for the homeserver is not begun', async () => {
      const { media, session } = await account();
      const config = await session.get<{ 'm.upload.size': number }>('/_matrix/client/v1/media/config');
      const limit = config['m.upload.size'];
      const tooBig = file(new Uint8Array(), { bytes: limit + 1 });
      expect(await media.upload(tooBig, signal)).toEqual({ is: 'not', why: 'too big', limit });
    });

    test('with a token that is none nothing is refused for good, and the token is not told', async () => {
      const { media } = await account();
      const url = await uploaded(media, randomBytes(10));
      const stranger = await account('syt_wrong');
      const failure = { is: 'not', why: 'unreachable', code: 'M_UNKNOWN_TOKEN', detail: expect.any(String) as string };
      expect(await stranger.media.open(url, signal)).toEqual(failure);
      expect(await stranger.media.upload(file(randomBytes(10)), signal)).toEqual(failure);
      expect(stranger.log.text()).not.toContain('syt_wrong');
    });

    test('a message that brings one is taken', async () => {
      const { media, api, me, session, log } = await account();
      const url = await uploaded(media, randomBytes(10));
      const room = await createRoom(session);
      const standing = createStanding({ log, onUnauthorised: () => undefined, onSuspended: () => undefined });
      const courier = createCourier({
        ...{ api, device: session.deviceId, me, log, standing },
        ...{ now: Date.now, chance: Math.random },
      });
      const sent = { type: 'image', url, name: 'a.png', mime: 'image/png', bytes: 10, width: 2, height: 1 } as const;
      const receipt = await courier.send(
        { ...message('x', 'file-1', { content: { body: 'a.png' }, file: sent }), room: room as never },
        'final',
      );
      await courier.close();
      if (!receipt.ok) throw new Error(receipt.code);
      expect((await getEvent(session, room, receipt.eventId)).content).toEqual({
        ...{ msgtype: 'm.image', body: 'a.png', filename: 'a.png', url },
        info: { mimetype: 'image/png', size: 10, w: 2, h: 1 },
        ...{ 'm.mentions': {}, 'org.roomkeeper.id': 'file-1' },
      });
    });
  });
}

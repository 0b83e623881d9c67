/** What the bot does to Spaces and rooms, and how it finds them again, on a homeserver that `start` gives. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Marker } from '../../machines/marker.ts';
import { RoomId, UserId } from '../../machines/ids.ts';
import type { NewRoom } from '../../src/ports.ts';
import { createClient, type MatrixApi } from '../../src/matrix/client.ts';
import { MatrixFailure } from '../../src/matrix/errors.ts';
import { aliasNameOf, OPERATION_KEY } from '../../src/matrix/room-templates.ts';
import { createRoomWork } from '../../src/matrix/rooms.ts';
import { createSurvey } from '../../src/matrix/survey.ts';
import { keptLog } from '../matrix/support.ts';
import type { Session } from '../support/matrix-http.ts';
import * as lab from './homeserver/lab.ts';
import { anyString, containing, getState, id, joined, putState, refusal, sync } from './homeserver/lab.ts';

type Work = ReturnType<typeof createRoomWork>;
type Survey = ReturnType<typeof createSurvey>;

interface Bot extends Session {
  work: Work;
  survey: Survey;
}

/** `roomVersion`: of the rooms that this homeserver makes. */
export function describeRoomWork(name: string, roomVersion: string, start: () => Promise<lab.TestHomeserver>): void {
  describe(name, () => {
    let homeserver: lab.TestHomeserver;
    const open: { close(): void }[] = [];
    const { person, unique } = lab.lab(() => homeserver);
    beforeAll(async () => {
      homeserver = await start();
    });
    afterAll(() => homeserver.stop());
    afterEach(() => {
      for (const one of open.splice(0)) one.close();
    });

    const soon = { party: UserId.parse('@anna:test'), since: Date.now() };
    const bye = { party: soon.party, reason: 'Goodbye for now' };

    const via = () => [homeserver.serverName];
    const aliasOf = (operation: string) => `#${aliasNameOf(operation)}:${homeserver.serverName}`;
    const directory = (operation: string) => `/directory/room/${id(aliasOf(operation))}`;

    /** Waits are over at once, so that only what the homeserver says decides. */
    function bodyOf(session: Session, disturb: (api: MatrixApi) => MatrixApi = (api) => api): Bot {
      const log = keptLog();
      const me = UserId.parse(session.userId);
      const api = disturb(createClient({ homeserver: homeserver.url, accessToken: session.token, me, log }));
      const keepMarker = async () => undefined;
      const options = { api, me, chance: () => 0, now: Date.now, log, keepMarker, wait: () => Promise.resolve() };
      const [work, survey] = [createRoomWork(options), createSurvey(options)];
      open.push(work, survey);
      return { ...session, work, survey };
    }
    const bot = async (disturb?: (api: MatrixApi) => MatrixApi) => bodyOf(await person('bot'), disturb);

    const wish = (someone: Session, more: Partial<NewRoom> = {}): NewRoom => ({
      kind: 'chat',
      operation: unique('operation'),
      name: 'Chat C1',
      topic: 'A conversation with an agent',
      person: UserId.parse(someone.userId),
      space: null,
      ...more,
    });

    async function made({ work }: Bot, room: NewRoom): Promise<RoomId> {
      const answer = await work.createRoom(room);
      if (!answer.ok) throw new Error(`${answer.code}: ${answer.detail}`);
      return answer.room;
    }

    const marker = (someone: Session, more: Partial<Marker> = {}): Marker =>
      Marker.parse({
        ...{ version: 1, kind: 'chat', person: someone.userId, number: 1, name: 'Chat C1' },
        ...{ agent: 'agent-1', contextId: '17', archived: false },
        ...more,
      });

    /** A person with a Space and a chat in it, as the bot makes them, both joined. */
    async function provisioned(one: Bot, someone: Session): Promise<{ space: RoomId; chat: RoomId }> {
      const space = await made(one, wish(someone, { kind: 'space', name: 'Lambda', topic: 'All chats' }));
      const chat = await made(one, wish(someone, { space }));
      expect(await one.work.linkChild(space, chat)).toEqual({ ok: true });
      for (const room of [space, chat]) await lab.join(someone, room);
      return { space, chat };
    }

    test('an invited person sees the Space with the chat under it', async () => {
      const [one, someone] = await Promise.all([bot(), person()]);
      const space = await made(one, wish(someone, { kind: 'space', name: 'Lambda', topic: 'All chats' }));
      const chat = await made(one, wish(someone, { space }));
      await one.work.linkChild(space, chat);
      const invites = (await sync(someone)).rooms?.invite ?? {};
      expect(Object.keys(invites).sort()).toEqual([space, chat].sort());
      await lab.join(someone, space);
      await lab.join(someone, chat);
      const { rooms } = await someone.get<{ rooms: unknown[] }>(`/_matrix/client/v1/rooms/${id(space)}/hierarchy`);
      expect(rooms).toEqual([
        containing({ room_id: space, room_type: 'm.space', name: 'Lambda', topic: 'All chats', num_joined_members: 2 }),
        containing({ room_id: chat, name: 'Chat C1', topic: 'A conversation with an agent', join_rule: 'invite' }),
      ]);
      expect(await getState(someone, chat, 'm.room.create')).toEqual(containing({ room_version: roomVersion }));
      expect(await getState(someone, chat, 'm.space.parent', space)).toEqual({ via: via(), canonical: true });
      expect(await getState(someone, chat, 'm.room.history_visibility')).toEqual({ history_visibility: 'shared' });
      expect(await getState(someone, chat, 'm.room.member', someone.userId)).not.toHaveProperty('is_direct');
      const path = `/rooms/${id(chat)}/state/m.room.encryption`;
      expect(await someone.request('GET', path)).toEqual(refusal(404, 'M_NOT_FOUND'));
    });

    test('in the Space only the bot does anything', async () => {
      const [one, someone, friend] = await Promise.all([bot(), person(), person()]);
      const { space, chat } = await provisioned(one, someone);
      const path = (part: string) => `/rooms/${id(space)}/${part}`;
      const tries: [string, string, object][] = [
        ['PUT', path(`state/m.space.child/${id(chat)}`), {}],
        ['PUT', path('state/m.room.name'), { name: 'Mine' }],
        ['PUT', path('send/m.room.message/1'), { msgtype: 'm.text', body: 'Anybody here?' }],
        ['POST', path('invite'), { user_id: friend.userId }],
      ];
      for (const [method, part, body] of tries) {
        expect(await someone.request(method, part, body), part).toEqual(refusal(403, 'M_FORBIDDEN'));
      }
    });

    test('in a chat the person speaks, names it and gives it a picture, and does not change its rules', async () => {
      const [one, someone] = await Promise.all([bot(), person()]);
      const { chat } = await provisioned(one, someone);
      await lab.say(someone, chat, 'hello');
      await putState(someone, chat, 'm.room.name', { name: 'Plans' });
      await putState(someone, chat, 'm.room.avatar', { url: `mxc://${homeserver.serverName}/picture` });
      expect(await getState(one, chat, 'm.room.name')).toEqual({ name: 'Plans' });
      const levels = await getState(one, chat, 'm.room.power_levels');
      const tries: [string, object][] = [
        ['m.room.encryption', { algorithm: 'm.megolm.v1.aes-sha2' }],
        ['m.room.power_levels', { ...levels, users_default: 100 }],
        ['m.room.tombstone', { body: 'gone', replacement_room: '!other:test' }],
        ['m.room.history_visibility', { history_visibility: 'world_readable' }],
        ['m.room.join_rules', { join_rule: 'public' }],
        ['m.space.parent', {}],
      ];
      for (const [type, content] of tries) {
        const reply = await someone.request('PUT', `/rooms/${id(chat)}/state/${type}`, content);
        expect(reply, type).toEqual(refusal(403, 'M_FORBIDDEN'));
      }
    });

    test('the same operation leads to the same room, another one to another', async () => {
      const [one, someone] = await Promise.all([bot(), person()]);
      const first = wish(someone);
      const room = await made(one, first);
      expect(await one.work.createRoom(first)).toEqual({ ok: true, room });
      const other = await made(one, wish(someone));
      const { joined_rooms: rooms } = await one.get<{ joined_rooms: string[] }>('/joined_rooms');
      expect(rooms.toSorted()).toEqual([room, other].toSorted());
    });

    test('a creation whose answer is lost is found again', async () => {
      const losing = (api: MatrixApi): MatrixApi => {
        let lost = false;
        return {
          ...api,
          async createRoom(body, limits) {
            const answer = await api.createRoom(body, limits);
            if (lost) return answer;
            lost = true;
            throw new MatrixFailure({
              kind: 'unavailable',
              status: null,
              code: 'ECONNRESET',
              detail: 'socket hang up',
            });
          },
        };
      };
      const [one, someone] = await Promise.all([bot(losing), person()]);
      const room = await made(one, wish(someone));
      expect(await one.get('/joined_rooms')).toEqual({ joined_rooms: [room] });
      expect(Object.keys((await sync(someone)).rooms?.invite ?? {})).toEqual([room]);
    });

    test('a creation that ended before the invite is brought to its end, one that was answered is not repeated', async () => {
      const [one, someone] = await Promise.all([bot(), person()]);
      const half = wish(someone);
      const operation = aliasNameOf(half.operation);
      const room = await lab.createRoom(one, {
        room_alias_name: operation,
        creation_content: { [OPERATION_KEY]: operation },
      });
      expect(await one.work.createRoom(half)).toEqual({ ok: true, room });
      expect(Object.keys((await sync(someone)).rooms?.invite ?? {})).toEqual([room]);
      await someone.post(`/rooms/${id(room)}/leave`);
      expect(await one.work.createRoom(half)).toEqual({ ok: true, room });
      expect((await sync(someone)).rooms?.invite ?? {}).toEqual({});
    });

    test('a room of others that took the alias is not taken for ours', async () => {
      const [one, someone, mallory] = await Promise.all([bot(), person(), person()]);
      const taken = wish(someone);
      const room = await lab.createRoom(mallory, {
        room_alias_name: aliasNameOf(taken.operation),
        invite: [one.userId],
      });
      const refused = { ok: false, code: 'M_ROOM_IN_USE', detail: anyString };
      expect(await one.work.createRoom(taken)).toEqual(refused);
      await lab.join(one, room);
      expect(await one.work.createRoom(taken)).toEqual(refused);
    });

    test.each(['chat', 'space'] as const)(
      'a %s of the bot that somebody gave the alias of another creation is not taken for that one',
      async (kind) => {
        const [one, someone, mallory] = await Promise.all([bot(), person(), person()]);
        const wanted = wish(someone, { kind });
        const theirs = await made(one, wish(mallory, { kind }));
        await lab.join(mallory, theirs);
        await mallory.put(directory(wanted.operation), { room_id: theirs });
        const refused = { ok: false, code: 'M_ROOM_IN_USE', detail: anyString };
        expect(await one.work.createRoom(wanted)).toEqual(refused);
        expect((await sync(someone)).rooms?.invite ?? {}).toEqual({});
        expect(await one.work.dropAlias(theirs, wanted.operation)).toEqual({ ok: true });
        const room = await made(one, wanted);
        expect(Object.keys((await sync(someone)).rooms?.invite ?? {})).toEqual([room]);
      },
    );

    test('the alias of a creation is dropped, as often as asked', async () => {
      const [one, someone] = await Promise.all([bot(), person()]);
      const first = wish(someone);
      const room = await made(one, first);
      expect(await someone.get(directory(first.operation))).toEqual(containing({ room_id: room }));
      for (let time = 1; time <= 2; time++) {
        expect(await one.work.dropAlias(room, first.operation)).toEqual({ ok: true });
        expect(await someone.request('GET', directory(first.operation))).toEqual(refusal(404, 'M_NOT_FOUND'));
        expect(await getState(one, room, 'm.room.canonical_alias')).toEqual({});
      }
    });

    test('a link is set once, and again when it was taken away', async () => {
      const [one, someone] = await Promise.all([bot(), person()]);
      const { space, chat } = await provisioned(one, someone);
      const event = async () =>
        (
          await one.get<{ event_id: string }>(`/rooms/${id(space)}/state/m.space.child/${id(chat)}`, {
            format: 'event',
          })
        ).event_id;
      const first = await event();
      await putState(one, space, 'm.room.topic', { topic: 'something in between' });
      expect(await one.work.linkChild(space, chat)).toEqual({ ok: true });
      expect(await event()).toBe(first);
      for (const content of [{}, { via: [] }, { via: 'nonsense' }]) {
        await putState(one, space, 'm.space.child', content, chat);
        expect(await one.work.linkChild(space, chat)).toEqual({ ok: true });
        expect(await getState(one, space, 'm.space.child', chat)).toEqual({ via: via() });
      }
    });

    test('an invite reaches whoever is not in the room; the banned stay out', async () => {
      const [one, someone] = await Promise.all([bot(), person()]);
      const user = UserId.parse(someone.userId);
      const room = await made(one, wish(someone));
      const membership = async () => (await getState(one, room, 'm.room.member', user)).membership;
      const invite = async () => [await one.work.invite(room, user), await membership()];
      expect(await invite()).toEqual([{ ok: true, sent: false }, 'invite']);
      await lab.join(someone, room);
      expect(await invite()).toEqual([{ ok: true, sent: false }, 'join']);
      await someone.post(`/rooms/${id(room)}/leave`);
      expect(await invite()).toEqual([{ ok: true, sent: true }, 'invite']);
      await one.post(`/rooms/${id(room)}/ban`, { user_id: user });
      expect(await invite()).toEqual([{ ok: false, code: anyString, detail: anyString }, 'ban']);
    });

    test('a room is named', async () => {
      const [one, someone] = await Promise.all([bot(), person()]);
      const room = await made(one, wish(someone));
      for (const name of ['Travel', 'Travel', 'Работа 👷']) {
        expect(await one.work.setName(room, name)).toEqual({ ok: true });
        expect(await getState(one, room, 'm.room.name')).toEqual({ name });
      }
    });

    test('a marker is read back, replaced, and never seen by the person', async () => {
      const [one, someone] = await Promise.all([bot(), person()]);
      const { chat } = await provisioned(one, someone);
      expect(await one.work.readMarker(chat)).toBeNull();
      for (const value of [marker(someone), marker(someone, { archived: true, contextId: null })]) {
        expect(await one.work.writeMarker(chat, value)).toEqual({ ok: true });
        expect(await one.work.readMarker(chat)).toEqual(value);
      }
      const theirs = joined(await sync(someone), chat);
      expect(lab.types(theirs.account_data.events)).not.toContain('org.roomkeeper.room');
      expect([...theirs.state.events, ...theirs.timeline.events].map(({ type }) => type)).not.toContain(
        'org.roomkeeper.room',
      );
      const path = `/user/${id(one.userId)}/rooms/${id(chat)}/account_data/org.roomkeeper.room`;
      expect(await someone.request('GET', path)).toEqual(refusal(403, 'M_FORBIDDEN'));
    });

    test('what is no marker reads as none and is replaced, one of a newer version is left as it is', async () => {
      const [one, someone] = await Promise.all([bot(), person()]);
      const room = await made(one, wish(someone));
      const path = `/user/${id(one.userId)}/rooms/${id(room)}/account_data/org.roomkeeper.room`;
      for (const content of [{}, { ...marker(someone), person: 'nobody' }]) {
        await one.put(path, content);
        expect(await one.work.readMarker(room)).toBeNull();
      }
      expect(await one.work.writeMarker(room, marker(someone))).toEqual({ ok: true });
      const newer = { ...marker(someone), version: 2 };
      await one.put(path, newer);
      await expect(one.work.readMarker(room)).rejects.toHaveProperty('code', 'NEWER_MARKER');
      const { work } = bodyOf(one);
      expect(await work.writeMarker(room, marker(someone))).toEqual({
        ok: false,
        code: 'NEWER_MARKER',
        detail: anyString,
      });
      expect(await one.get(path)).toEqual(newer);
    });

    test('a room is joined where the bot is invited, also twice, and nowhere else', async () => {
      const [one, someone] = await Promise.all([bot(), person()]);
      const room = RoomId.parse(await lab.createRoom(someone, { invite: [one.userId] }));
      expect(await one.work.joinRoom(room, soon)).toEqual({ ok: true });
      expect(await one.work.joinRoom(room, soon)).toEqual({ ok: true });
      const other = RoomId.parse(await lab.createRoom(someone));
      expect(await one.work.joinRoom(other, soon)).toEqual({ ok: false, code: 'M_FORBIDDEN', detail: anyString });
      expect(await one.get('/joined_rooms')).toEqual({ joined_rooms: [room] });
    });

    test('a person is called as their profile says', async () => {
      const [one, someone] = await Promise.all([bot(), person()]);
      await someone.put(`/profile/${id(someone.userId)}/displayname`, { displayname: 'Anna of the Garden' });
      expect(await one.work.displayName(UserId.parse(someone.userId))).toBe('Anna of the Garden');
      const nobody = UserId.parse(`@${unique('nobody')}:${homeserver.serverName}`);
      expect(await one.work.displayName(nobody)).toBeNull();
    });

    test('a room is left and forgotten, also twice', async () => {
      const [one, someone] = await Promise.all([bot(), person()]);
      const { chat, space } = await provisioned(one, someone);
      expect(await one.work.leave(chat, bye)).toEqual({ ok: true });
      expect(await one.work.leave(chat, bye)).toEqual({ ok: true });
      expect(await one.get('/joined_rooms')).toEqual({ joined_rooms: [space] });
      await someone.post(`/rooms/${id(space)}/leave`);
      expect(await one.work.leave(space, bye)).toEqual({ ok: true });
      const left = await sync(one, { filter: lab.filter({ room: { include_leave: true } }) });
      expect(left.rooms?.leave ?? {}).toEqual({});
    });

    test('a survey shows every room that the bot is in', async () => {
      const [one, someone, friend] = await Promise.all([bot(), person(), person()]);
      const { space, chat } = await provisioned(one, someone);
      const written = { space: marker(someone, { kind: 'space', number: null, name: null }), chat: marker(someone) };
      await one.work.writeMarker(space, written.space);
      await one.work.writeMarker(chat, written.chat);
      const entry = RoomId.parse(await lab.createRoom(someone, { invite: [one.userId], is_direct: true }));
      await lab.join(one, entry);
      await someone.post(`/rooms/${id(entry)}/invite`, { user_id: friend.userId });
      await putState(someone, entry, 'm.room.encryption', { algorithm: 'm.megolm.v1.aes-sha2' });
      const gone = RoomId.parse(await lab.createRoom(one, { name: 'Old' }));
      await putState(one, gone, 'm.room.tombstone', { body: 'moved', replacement_room: chat });
      // The name is the last event of its room.
      await one.work.setName(chat, 'Plans');
      const left = await made(one, wish(someone));
      await one.work.leave(left, bye);

      const { rooms, position, arrivals } = await one.survey();
      const nothing = {
        createdByMe: true,
        encrypted: false,
        members: [],
        parents: [],
        children: [],
        replacement: null,
        lastWord: null,
      };
      expect(
        rooms.toSorted(
          (a, b) => [space, chat, entry, gone].indexOf(a.room) - [space, chat, entry, gone].indexOf(b.room),
        ),
      ).toEqual([
        { ...nothing, room: space, isSpace: true, name: 'Lambda', marker: written.space, children: [chat] },
        { ...nothing, room: chat, isSpace: false, name: 'Plans', marker: written.chat, parents: [space] },
        {
          ...nothing,
          ...{ room: entry, isSpace: false, createdByMe: false, name: null, marker: null, encrypted: true },
          members: [
            { user: someone.userId, membership: 'join' },
            { user: friend.userId, membership: 'invite' },
          ],
        },
        { ...nothing, room: gone, isSpace: false, name: 'Old', marker: null, replacement: chat },
      ]);
      expect(arrivals).toEqual([]);
      await lab.say(someone, chat, 'after the survey');
      const next = await sync(one, { since: position });
      expect(lab.bodies(joined(next, chat).timeline.events)).toEqual(['after the survey']);
    });

    test('a survey brings the invites that wait, and no links that were taken away', async () => {
      const [one, someone] = await Promise.all([bot(), person()]);
      const { space, chat } = await provisioned(one, someone);
      const other = await made(one, wish(someone, { space }));
      await putState(one, space, 'm.space.child', {}, chat);
      await putState(one, space, 'm.space.child', { via: via() }, other);
      await putState(one, other, 'm.space.parent', {}, space);
      const invited = await lab.createRoom(someone, { invite: [one.userId], is_direct: true });
      const { rooms, arrivals } = await one.survey();
      const links = rooms.map(({ room, parents, children }) => ({ room, parents, children }));
      expect(new Set(links)).toEqual(
        new Set([
          { room: space, parents: [], children: [other] },
          { room: chat, parents: [space], children: [] },
          { room: other, parents: [], children: [] },
        ]),
      );
      expect(arrivals).toEqual([{ room: invited, id: null, heard: { type: 'room.invited', person: someone.userId } }]);
    });
  });
}

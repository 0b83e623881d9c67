/** What the bot does to Spaces and rooms, and how it finds them again, on a homeserver that `start` gives. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Marker } from '../../machines/marker.ts';
import { RoomId, UserId } from '../../machines/ids.ts';
import type { Child, NewRoom } from '../../src/ports.ts';
import { createClient, type MatrixApi } from '../../src/matrix/client.ts';
import { MatrixFailure } from '../../src/matrix/errors.ts';
import { markOf, OPERATION_KEY } from '../../src/matrix/room-templates.ts';
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

    const child = (someone: Session, room: RoomId, more: Partial<Child> = {}): Child => ({
      ...{ room, person: UserId.parse(someone.userId), number: 1, archived: false },
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
      expect(await one.work.linkChild(space, child(someone, chat))).toEqual({ ok: true });
      for (const room of [space, chat]) await lab.join(someone, room);
      return { space, chat };
    }

    test('an invited person sees the Space with the chat under it', async () => {
      const [one, someone] = await Promise.all([bot(), person()]);
      const space = await made(one, wish(someone, { kind: 'space', name: 'Lambda', topic: 'All chats' }));
      const chat = await made(one, wish(someone, { space }));
      await one.work.linkChild(space, child(someone, chat));
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
      expect(await getState(someone, chat, 'm.room.history_visibility')).toEqual({ history_visibility: 'invited' });
      expect(await getState(someone, chat, 'm.room.member', someone.userId)).not.toHaveProperty('is_direct');
      const path = `/rooms/${id(chat)}/state/m.room.encryption`;
      expect(await someone.request('GET', path)).toEqual(refusal(404, 'M_NOT_FOUND'));
    });

    test('no alias stands in an invitation, nor in a room that was made, nor an empty topic', async () => {
      const [one, someone] = await Promise.all([bot(), person()]);
      const space = await made(one, wish(someone, { kind: 'space', name: 'Lambda', topic: '' }));
      const chat = await made(one, wish(someone, { space }));
      for (const room of [space, chat]) {
        const shown = (await sync(someone)).rooms?.invite?.[room]?.invite_state.events ?? [];
        expect(shown.find(({ type }) => type === 'm.room.name')?.content).toEqual({
          name: room === space ? 'Lambda' : 'Chat C1',
        });
        expect(JSON.stringify(shown)).not.toContain('#roomkeeper');
      }
      await lab.say(one, chat, 'Hello!');
      for (const room of [space, chat]) await lab.join(someone, room);
      const seen = await sync(someone);
      const lines = (room: string) => joined(seen, room).timeline.events.map(({ type }) => type);
      // Clients sum up how a room was made, up to the first thing that they have no part for.
      const others = ['m.room.canonical_alias', 'm.room.topic'];
      expect([lines(space), lines(chat)].map((types) => types.filter((type) => others.includes(type)))).toEqual([
        [],
        ['m.room.topic'],
      ]);
      expect(lines(chat).slice(-3)).toEqual(['m.room.member', 'm.room.message', 'm.room.member']);
      for (const room of [space, chat]) {
        const path = `/rooms/${id(room)}/state/m.room.canonical_alias`;
        expect(await someone.request('GET', path)).toEqual(refusal(404, 'M_NOT_FOUND'));
      }
      const path = `/rooms/${id(space)}/state/m.room.topic`;
      expect(await someone.request('GET', path)).toEqual(refusal(404, 'M_NOT_FOUND'));
    });

    test('in the Space the person changes name, topic and picture, and only the bot does anything else', async () => {
      const [one, someone, friend] = await Promise.all([bot(), person(), person()]);
      const { space, chat } = await provisioned(one, someone);
      await putState(someone, space, 'm.room.name', { name: 'Mine' });
      await putState(someone, space, 'm.room.topic', { topic: 'All of mine' });
      await putState(someone, space, 'm.room.avatar', { url: `mxc://${homeserver.serverName}/picture` });
      expect(await getState(one, space, 'm.room.name')).toEqual({ name: 'Mine' });
      const path = (part: string) => `/rooms/${id(space)}/${part}`;
      const levels = await getState(one, space, 'm.room.power_levels');
      const tries: [string, string, object][] = [
        ['PUT', path(`state/m.space.child/${id(chat)}`), {}],
        ['PUT', path('state/m.room.power_levels'), { ...levels, users_default: 100 }],
        ['PUT', path('state/m.room.join_rules'), { join_rule: 'public' }],
        ['PUT', path('send/m.room.message/1'), { msgtype: 'm.text', body: 'Anybody here?' }],
        ['POST', path('invite'), { user_id: friend.userId }],
        ['POST', path('kick'), { user_id: one.userId }],
      ];
      for (const [method, part, body] of tries) {
        expect(await someone.request(method, part, body), part).toEqual(refusal(403, 'M_FORBIDDEN'));
      }
    });

    test('in a chat the person speaks, names it, gives it a picture and a topic, pins, and does not change its rules', async () => {
      const [one, someone] = await Promise.all([bot(), person()]);
      const { chat } = await provisioned(one, someone);
      const said = await lab.say(someone, chat, 'hello');
      const changes: [string, lab.Content][] = [
        ['m.room.name', { name: 'Plans' }],
        ['m.room.topic', { topic: 'What we plan' }],
        ['m.room.avatar', { url: `mxc://${homeserver.serverName}/picture` }],
        ['m.room.pinned_events', { pinned: [said] }],
      ];
      for (const [type, content] of changes) {
        await putState(someone, chat, type, content);
        expect(await getState(one, chat, type)).toEqual(content);
      }
      const levels = await getState(one, chat, 'm.room.power_levels');
      const tries: [string, object][] = [
        ['m.room.encryption', { algorithm: 'm.megolm.v1.aes-sha2' }],
        ['m.room.power_levels', { ...levels, users_default: 50 }],
        ['m.room.tombstone', { body: 'gone', replacement_room: '!other:test' }],
        ['m.room.history_visibility', { history_visibility: 'world_readable' }],
        ['m.room.join_rules', { join_rule: 'public' }],
        ['m.room.server_acl', { allow: ['*'] }],
        ['m.room.canonical_alias', {}],
        ['m.space.parent', {}],
      ];
      for (const [type, content] of tries) {
        const reply = await someone.request('PUT', `/rooms/${id(chat)}/state/${type}`, content);
        expect(reply, type).toEqual(refusal(403, 'M_FORBIDDEN'));
      }
      for (const action of ['kick', 'ban']) {
        const reply = await someone.request('POST', `/rooms/${id(chat)}/${action}`, { user_id: one.userId });
        expect(reply, action).toEqual(refusal(403, 'M_FORBIDDEN'));
      }
    });

    test('whom the person let into a chat reads nothing of before, changes nothing, and is put out again and banned', async () => {
      const [one, someone, friend] = await Promise.all([bot(), person(), person()]);
      const { chat } = await provisioned(one, someone);
      await lab.say(someone, chat, 'before');
      await someone.post(`/rooms/${id(chat)}/invite`, { user_id: friend.userId });
      await lab.join(friend, chat);
      await lab.say(someone, chat, 'after');
      const read = joined(await sync(friend), chat).timeline.events.filter(({ type }) => type === 'm.room.message');
      expect(lab.bodies(read)).toEqual(['after']);
      const changes: [string, object][] = [
        ['m.room.name', { name: 'Mine' }],
        ['m.room.topic', { topic: 'Mine' }],
        ['m.room.avatar', { url: `mxc://${homeserver.serverName}/picture` }],
        ['m.room.pinned_events', { pinned: [] }],
      ];
      for (const [type, content] of changes) {
        const reply = await friend.request('PUT', `/rooms/${id(chat)}/state/${type}`, content);
        expect(reply, type).toEqual(refusal(403, 'M_FORBIDDEN'));
      }
      const kick = (who: Session, whom: Session) =>
        who.request('POST', `/rooms/${id(chat)}/kick`, { user_id: whom.userId });
      expect(await kick(friend, someone)).toEqual(refusal(403, 'M_FORBIDDEN'));
      expect((await kick(someone, friend)).status).toBe(200);
      expect((await getState(one, chat, 'm.room.member', friend.userId)).membership).toBe('leave');
      await someone.post(`/rooms/${id(chat)}/ban`, { user_id: friend.userId });
      expect((await getState(one, chat, 'm.room.member', friend.userId)).membership).toBe('ban');
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
      const operation = markOf(half.operation);
      const room = await lab.createRoom(one, { creation_content: { [OPERATION_KEY]: operation } });
      expect(await one.work.createRoom(half)).toEqual({ ok: true, room });
      expect(Object.keys((await sync(someone)).rooms?.invite ?? {})).toEqual([room]);
      await someone.post(`/rooms/${id(room)}/leave`);
      expect(await one.work.createRoom(half)).toEqual({ ok: true, room });
      expect((await sync(someone)).rooms?.invite ?? {}).toEqual({});
    });

    test('a room of others that names the same creation is not taken for ours', async () => {
      const [one, someone, mallory] = await Promise.all([bot(), person(), person()]);
      const wanted = wish(someone);
      const theirs = await lab.createRoom(mallory, {
        creation_content: { [OPERATION_KEY]: markOf(wanted.operation) },
        invite: [one.userId],
      });
      await lab.join(one, theirs);
      const room = await made(one, wanted);
      expect(room).not.toBe(theirs);
      expect(Object.keys((await sync(someone)).rooms?.invite ?? {})).toEqual([room]);
    });

    test('of two rooms of one creation the first is kept, and nobody is left in the other', async () => {
      const [one, someone] = await Promise.all([bot(), person()]);
      const twice = wish(someone);
      const creation_content = { [OPERATION_KEY]: markOf(twice.operation) };
      const invite = [someone.userId];
      const first = await lab.createRoom(one, { creation_content, invite });
      await lab.createRoom(one, { creation_content, invite });
      expect(await one.work.createRoom(twice)).toEqual({ ok: true, room: first });
      expect(await one.get('/joined_rooms')).toEqual({ joined_rooms: [first] });
      expect(Object.keys((await sync(someone)).rooms?.invite ?? {})).toEqual([first]);
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
      expect(await one.work.linkChild(space, child(someone, chat))).toEqual({ ok: true });
      expect(await event()).toBe(first);
      for (const content of [{}, { via: [] }, { via: 'nonsense' }]) {
        await putState(one, space, 'm.space.child', content, chat);
        expect(await one.work.linkChild(space, child(someone, chat))).toEqual({ ok: true });
        expect(await getState(one, space, 'm.space.child', chat)).toEqual({
          ...{ via: via(), order: '000000001', suggested: true },
        });
      }
    });

    test('a Space lists its chats by number, archived ones last', async () => {
      const [one, someone] = await Promise.all([bot(), person()]);
      const chats: RoomId[] = [];
      for (let number = 1; number <= 3; number++)
        chats.push(await made(one, wish(someone, { name: `Chat ${number}` })));
      const [first, second, third] = chats as [RoomId, RoomId, RoomId];
      const place = (room: RoomId, archived = false) =>
        child(someone, room, { number: chats.indexOf(room) + 1, archived });
      const space = await made(one, {
        ...wish(someone, { kind: 'space', name: 'Lambda', topic: 'All chats' }),
        children: [place(third), place(first, true)],
      });
      expect(await one.work.linkChild(space, place(second))).toEqual({ ok: true });
      for (const room of [space, ...chats]) await lab.join(someone, room);
      const listed = async (query = '') => {
        const path = `/_matrix/client/v1/rooms/${id(space)}/hierarchy${query}`;
        const { rooms } = await someone.get<{ rooms: { room_id: RoomId }[] }>(path);
        return rooms.map(({ room_id: room }) => room);
      };
      expect(await listed()).toEqual([space, second, third, first]);
      expect(await listed('?suggested_only=true')).toEqual([space, second, third]);
      await one.work.linkChild(space, place(first));
      await one.work.linkChild(space, place(second, true));
      expect(await listed()).toEqual([space, first, third, second]);
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

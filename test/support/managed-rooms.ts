/** Take it for a bot that comes back: Spaces, chats, links and markers as the service leaves them, made by plain requests. */
import pMap from 'p-map';
import { AgentId, ContextId, UserId, type RoomId } from '../../machines/ids.ts';
import { type Marker } from '../../machines/marker.ts';
import { spaceMarker } from '../../machines/marker.ts';
import { MARKER_TYPE } from '../../src/matrix/markers.ts';
import { newRoomBody, serverOf } from '../../src/matrix/room-templates.ts';
import type { NewRoom } from '../../src/ports.ts';
import type { Session } from './matrix-http.ts';

export interface ManagedPerson {
  person: UserId;
  space: RoomId;
  chats: (Marker & { kind: 'chat'; number: number; name: string; room: RoomId })[];
}

export interface Plan {
  people: number;
  chatsPerPerson: number;
  agent: string;
  /**
   * `one by one`: as the service does it, the Space first, chats that name it, a link for each.
   * `at once`: a Space made with all links in it, chats that do not name it; less work for the homeserver.
   */
  links: 'one by one' | 'at once';
  /** What the service said last in each chat; nothing where it is left out. */
  lastWord?: string;
  /** Rooms under way at once. */
  atOnce: number;
}

/**
 * Makes all of them as the account of `session`. Nobody is invited, as invites are what a homeserver needs most time for.
 * The last chat of everybody is archived.
 */
export async function makeManagedRooms(
  session: Pick<Session, 'userId' | 'get' | 'post' | 'put'>,
  { people, chatsPerPerson, agent, links, lastWord: body, atOnce }: Plan,
): Promise<ManagedPerson[]> {
  const me = UserId.parse(session.userId);
  const content = { via: [serverOf(me)] };
  const path = '/capabilities';
  const { capabilities } = await session.get<{ capabilities: Record<string, { default: string }> }>(path);
  const version = capabilities['m.room_versions']?.default ?? null;
  const persons = Array.from({ length: people }, (_, index) =>
    UserId.parse(`@${me.slice(1, me.indexOf(':'))}-person${index}:${serverOf(me)}`),
  );

  async function create(room: Pick<NewRoom, 'kind' | 'name' | 'person' | 'space'>, more: object = {}): Promise<RoomId> {
    const body = {
      ...newRoomBody({ ...room, topic: '', operation: '' }, me, version),
      invite: [],
    };
    return (await session.post<{ room_id: RoomId }>('/createRoom', { ...body, ...more })).room_id;
  }
  async function createSpace(person: UserId, children: readonly RoomId[]): Promise<RoomId> {
    const initial_state = children.map((room) => ({ type: 'm.space.child', state_key: room, content }));
    const space = await create({ kind: 'space', name: `Agents of ${person}`, person, space: null }, { initial_state });
    await mark(space, spaceMarker(person));
    return space;
  }
  async function createChat(index: number, space: RoomId | null): Promise<ManagedPerson['chats'][number]> {
    const number = Math.floor(index / people) + 1;
    const person = persons[index % people]!;
    const marker = {
      ...({ version: 1, kind: 'chat', person, number } as const),
      ...{ name: `Talk ${number} of ${person}`, agent: AgentId.parse(agent) },
      ...{ contextId: ContextId.parse(String(1_790_000_000_000_000 + index)), archived: number === chatsPerPerson },
    };
    const room = await create({ kind: 'chat', name: marker.name, person, space });
    await mark(room, marker);
    const link = `/rooms/${encodeURIComponent(space ?? '')}/state/m.space.child/${encodeURIComponent(room)}`;
    if (space !== null) await session.put(link, content);
    const message = `/rooms/${encodeURIComponent(room)}/send/m.room.message/last`;
    if (body !== undefined) await session.put(message, { msgtype: 'm.text', body });
    return { room, ...marker };
  }
  async function mark(room: RoomId, marker: Marker): Promise<void> {
    const path = `/user/${encodeURIComponent(me)}/rooms/${encodeURIComponent(room)}/account_data/${MARKER_TYPE}`;
    await session.put(path, marker);
  }

  const spacesOf = (chats: ReadonlyMap<UserId, ManagedPerson['chats']>) =>
    pMap(
      persons,
      (person) =>
        createSpace(
          person,
          (chats.get(person) ?? []).map(({ room }) => room),
        ),
      {
        concurrency: atOnce,
      },
    );
  const before = links === 'one by one' ? await spacesOf(new Map()) : null;
  const indices = Array.from({ length: people * chatsPerPerson }, (_, index) => index);
  const chats = await pMap(indices, (index) => createChat(index, before?.[index % people] ?? null), {
    concurrency: atOnce,
  });
  const chatsOf = Map.groupBy(chats, ({ person }) => person);
  const spaces = before ?? (await spacesOf(chatsOf));
  return persons.map((person, index) => ({ person, space: spaces[index]!, chats: chatsOf.get(person) ?? [] }));
}

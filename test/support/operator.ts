/** Take it for what the bot's account sees, and for what is done in its name behind its back. */
import { logIn, type Session } from './matrix-http.ts';

const MARKER_TYPE = 'org.roomkeeper.room';

export interface Operator extends Session {
  /** The content of a state event; null when there is none. */
  state(room: string, type: string, key?: string): Promise<Record<string, unknown> | null>;
  putState(room: string, type: string, content: object, key?: string): Promise<unknown>;
  /** Sets the levels of these users, and whatever else of the power levels. */
  setPower(room: string, users: Record<string, number>, more?: object): Promise<void>;
  /** The rooms that a Space links to, sorted. */
  childrenOf(space: string): Promise<string[]>;
  /** What became of the user's membership, oldest first. */
  memberships(room: string, user: string): Promise<string[]>;
  /** What the bot keeps about the room; null when there is nothing. */
  marker(room: string): Promise<Record<string, unknown> | null>;
}

const id = encodeURIComponent;

export async function operator(homeserver: string, bot: string, password: string): Promise<Operator> {
  const session = await logIn(homeserver, bot, password);
  const found = async (path: string) => {
    const { status, body } = await session.request('GET', path);
    return status === 200 ? (body as Record<string, unknown>) : null;
  };
  const statePath = (room: string, type: string, key: string) => `/rooms/${id(room)}/state/${id(type)}/${id(key)}`;
  const state = (room: string, type: string, key = '') => found(statePath(room, type, key));
  const putState: Operator['putState'] = (room, type, content, key = '') =>
    session.put(statePath(room, type, key), content);
  type Chunk = { type: string; state_key?: string; content: Record<string, unknown> }[];
  return {
    ...session,
    state,
    putState,
    async setPower(room, users, more = {}) {
      const levels = await state(room, 'm.room.power_levels');
      const before = levels?.['users'] as Record<string, number> | undefined;
      await putState(room, 'm.room.power_levels', { ...levels, ...more, users: { ...before, ...users } });
    },
    async childrenOf(space) {
      const events = await session.get<Chunk>(`/rooms/${id(space)}/state`);
      const links = events.filter(({ type, content }) => type === 'm.space.child' && Array.isArray(content['via']));
      return links.map(({ state_key = '' }) => state_key).sort();
    },
    async memberships(room, user) {
      const filter = JSON.stringify({ types: ['m.room.member'] });
      const query = { dir: 'b', limit: 100, filter };
      const { chunk } = await session.get<{ chunk: Chunk }>(`/rooms/${id(room)}/messages`, query);
      return chunk
        .filter(({ state_key }) => state_key === user)
        .map(({ content }) => String(content['membership']))
        .reverse();
    },
    marker: (room) => found(`/user/${id(bot)}/rooms/${id(room)}/account_data/${MARKER_TYPE}`),
  };
}

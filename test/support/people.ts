/** Take it for whoever writes to the bot and reads it: a person at a client of their own (matrix-js-sdk). */
import './quiet-js-sdk.ts';
import {
  ClientEvent,
  createClient,
  Direction,
  EventType,
  type ICreateRoomOpts,
  type MatrixClient,
  Preset,
  type Room,
  RoomEvent,
  RoomMemberEvent,
} from 'matrix-js-sdk';
import { neverLogged, secret } from './leaks.ts';
import { type Message, type RoomView, viewOf } from './room-view.ts';

export { EventType };

/** A person at a client of their own (matrix-js-sdk), independent of the code under test. */
export interface Person {
  readonly userId: string;
  /** For what has no verb here. */
  readonly client: MatrixClient;
  /** Opens a direct room with somebody, as Element does it; gives its id. */
  createDm(other: string): Promise<string>;
  createRoom(options: { invite?: string[]; name?: string } & Omit<ICreateRoomOpts, 'invite' | 'name'>): Promise<string>;
  /** Gives the id of the event once the homeserver has it. */
  say(room: string, text: string): Promise<string>;
  edit(room: string, event: string, text: string): Promise<string>;
  react(room: string, event: string, key: string): Promise<string>;
  /** The room as it is seen now. */
  view(room: string): RoomView;
  timeline(room: string): Message[];
  typing(room: string): string[];
  /** Why somebody is out of the room, in their words; null where they are not, or did not say. */
  farewell(room: string, of: string): string | null;
  /** The first true thing that `look` finds in the room, now or later; rejects with the timeline when there is none in time. */
  waitFor<T>(room: string, look: (view: RoomView) => T, options?: { timeout?: number }): Promise<NonNullable<T>>;
  /** The first message like that, now or later. */
  message(room: string, like: (message: Message) => boolean, options?: { timeout?: number }): Promise<Message>;
  /** The id of the first room (told apart by `like`) to which one is or gets invited. */
  invite(like?: (room: Room) => boolean, options?: { timeout?: number }): Promise<string>;
  stop(): void;
}

export const TIMEOUT_MS = 10_000;
const SYNC_LIMIT = 100;

/**
 * Logs in and syncs; resolves when the first sync is there. Of rooms that one was in before, the last 100 events are known
 * at first. `fetch` stands for the network.
 */
export async function person(
  homeserver: string,
  user: string,
  password: string,
  options: { fetch?: typeof globalThis.fetch; patienceMs?: number } = {},
): Promise<Person> {
  const login = await createClient({ baseUrl: homeserver, logger: silent }).loginRequest({
    type: 'm.login.password',
    identifier: { type: 'm.id.user', user },
    password,
  });
  secret(login.access_token);
  const client = createClient({
    baseUrl: homeserver,
    userId: login.user_id,
    deviceId: login.device_id,
    accessToken: login.access_token,
    // Without it js-sdk forgets what it knew of a room at every limited sync.
    timelineSupport: true,
    logger: silent,
    ...(options.fetch ? { fetchFn: options.fetch } : {}),
  });
  const self = login.user_id;
  const { patienceMs = TIMEOUT_MS } = options;
  const listeners = new Set<() => void>();
  const changed = () => listeners.forEach((listener) => listener());
  client.on(ClientEvent.Sync, changed);
  client.on(RoomEvent.Timeline, changed);
  client.on(RoomMemberEvent.Typing, changed);
  client.on(RoomEvent.MyMembership, changed);
  client.on(RoomEvent.TimelineReset, (room) => {
    if (room) void fillGap(client, room).then(changed, () => undefined);
  });

  /** The first true result of `look`, tried again after every change. */
  const until = <T>(look: () => T, timeout: number, complaint: () => string) =>
    new Promise<NonNullable<T>>((resolve, reject) => {
      const settle = (act: () => void) => {
        clearTimeout(timer);
        listeners.delete(check);
        act();
      };
      const check = () => {
        try {
          const found = look();
          if (found) settle(() => resolve(found));
        } catch (error) {
          settle(() => reject(error instanceof Error ? error : new Error(String(error))));
        }
      };
      const timer = setTimeout(() => settle(() => reject(new Error(complaint()))), timeout);
      listeners.add(check);
      check();
    });

  const view = (room: string) => viewOf(client.getRoom(room), self);
  const waitFor: Person['waitFor'] = (room, look, { timeout = patienceMs } = {}) =>
    until(
      () => look(view(room)),
      timeout,
      () => `${self} waited ${timeout} ms in ${room}; the room now:\n${printed(view(room))}`,
    );

  void client.startClient({ initialSyncLimit: SYNC_LIMIT, lazyLoadMembers: false });
  await until(
    () => client.isInitialSyncComplete(),
    TIMEOUT_MS,
    () => `${self} got no first sync in ${TIMEOUT_MS} ms`,
  );

  return {
    userId: self,
    client,
    async createDm(other) {
      const { room_id: room } = await client.createRoom({
        preset: Preset.TrustedPrivateChat,
        invite: [other],
        is_direct: true,
      });
      const direct: Record<string, string[]> = client.getAccountData(EventType.Direct)?.getContent() ?? {};
      await client.setAccountData(EventType.Direct, { ...direct, [other]: [...(direct[other] ?? []), room] });
      return room;
    },
    createRoom: async (options) => (await client.createRoom({ preset: Preset.PrivateChat, ...options })).room_id,
    say: async (room, text) => {
      // Commands name what the service itself speaks of.
      if (!text.startsWith('!')) neverLogged(text);
      return (await client.sendTextMessage(room, text)).event_id;
    },
    edit: async (room, event, text) => {
      const content = {
        msgtype: 'm.text',
        body: `* ${text}`,
        'm.new_content': { msgtype: 'm.text', body: text },
        'm.relates_to': { rel_type: 'm.replace', event_id: event },
      };
      return (await client.sendEvent(room, EventType.RoomMessage, content as never)).event_id;
    },
    react: async (room, event, key) => {
      const content = { 'm.relates_to': { rel_type: 'm.annotation', event_id: event, key } };
      return (await client.sendEvent(room, EventType.Reaction, content as never)).event_id;
    },
    view,
    timeline: (room) => view(room).messages,
    typing: (room) => view(room).typing,
    farewell(room, of) {
      const member = client.getRoom(room)?.getMember(of);
      const { reason } = (member?.events.member?.getContent() ?? {}) as { reason?: unknown };
      return member?.membership === 'leave' && typeof reason === 'string' ? reason : null;
    },
    waitFor,
    message: (room, like, options) => waitFor(room, ({ messages }) => messages.find(like), options),
    invite: (like = () => true, { timeout = patienceMs } = {}) =>
      until(
        () => client.getRooms().find((room) => room.getMyMembership() === 'invite' && like(room))?.roomId,
        timeout,
        () => `${self} waited ${timeout} ms for an invite`,
      ),
    stop() {
      client.stopClient();
      client.removeAllListeners();
    },
  };
}

/** After a limited sync: goes back until the timeline known before is met, or else the beginning of the room. */
async function fillGap(client: MatrixClient, room: Room): Promise<void> {
  const live = room.getLiveTimeline();
  while (live.getNeighbouringTimeline(Direction.Backward) === null) {
    if (!(await client.paginateEventTimeline(live, { backwards: true, limit: SYNC_LIMIT }))) return;
  }
}

function printed({ messages, typing }: RoomView): string {
  const lines = messages.map(
    ({ sender, msgtype, body, edited }) => `  ${sender} (${msgtype}, ${edited} edits): ${body}`,
  );
  return [...lines, `  typing: ${typing.join(', ') || 'nobody'}`].join('\n');
}

const silent = {
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  getChild: () => silent,
};

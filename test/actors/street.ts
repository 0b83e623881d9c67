/** A house with its door, reception and rooms as they are, on a homeserver and agents that only note what is wanted. */
import type { AgentId, RoomId, UserId } from '../../machines/ids.ts';
import type { Marker } from '../../machines/marker.ts';
import { createAccess, type AccessRules } from '../../src/actors/access.ts';
import { createDoor } from '../../src/actors/door.ts';
import { createReception, type ReceptionWorld } from '../../src/actors/reception.ts';
import type { RoomContext } from '../../machines/room.model.ts';
import type { Envelope } from '../../src/durable/record.ts';
import { roomRest } from '../../src/actors/rest.ts';
import { readRoomRecord, roomDefinition } from '../../src/actors/room.ts';
import type { Effect } from '../../src/durable/definition.ts';
import { createChildren, type Children } from '../../src/durable/children.ts';
import type { Heard, Records } from '../../src/ports.ts';
import { createFakeAlarm } from '../support/fake-alarm.ts';
import { startRoot } from '../support/root.ts';
import { settled } from '../support/until.ts';
import { agent, DEVICE, eventId, limits } from './support.ts';
import { reread } from '../support/inputs.ts';
import { silentLog } from '../support/log-book.ts';

export interface Rules extends Omit<AccessRules, 'me'> {
  mode: 'spaces' | 'dm';
  refuseAlways: boolean;
  markers: ReadonlyMap<RoomId, Marker>;
  making: ReadonlyMap<RoomId, NonNullable<ReturnType<ReceptionWorld['inTheMaking']>>>;
  /** Whose Space a room is. */
  spaces: ReadonlyMap<RoomId, UserId>;
}

export const me = '@bot:test' as UserId;

/** Nobody is named, everybody of the homeserver `test` is served by everybody's agent, in rooms of their own. */
export const openHouse: Rules = {
  ...{ allowed: ['@*:test'], userAgents: {}, unmapped: 'default_agent', mode: 'dm', refuseAlways: false },
  ...{ markers: new Map(), making: new Map(), spaces: new Map() },
};

/** Names what is heard, over all houses of a test. */
let sync = 0;

/** `disk`: the records of an earlier house. */
export function street(rules: Rules, disk = new Map<string, Envelope>()) {
  const alarm = createFakeAlarm();
  const effects: (Effect & { room: string })[] = [];
  const left: RoomId[] = [];
  /** The people whose actors heard something. */
  const told: UserId[] = [];

  const agentOf = (person: UserId | null): AgentId => (person === null ? undefined : rules.userAgents[person]) ?? agent;
  const access = createAccess({ ...rules, me });
  const reception = createReception({
    registry: { agentOf, has: () => true },
    access,
    mode: rules.mode,
    companyOf: async () => null,
    isMine: async () => false,
    scope: 'room',
    host: { read: () => ({ lastContextId: null }), update: async () => {} },
    readMarker: async (room) => rules.markers.get(room) ?? null,
    inTheMaking: (room) => rules.making.get(room) ?? null,
    languageOf: () => null,
    contextOf: () => null,
    now: alarm.now,
  });
  const records: Records = {
    read: async (room) => disk.get(room) ?? null,
    write: async (room, record) => void disk.set(room, reread(record as Envelope)),
    remove: async (room) => void disk.delete(room),
    keys: async () => [...disk.keys()],
  };
  const root = startRoot(() => rooms);
  const rooms: Children<RoomId, RoomContext> = createChildren({
    ...{ supervision: root, records, deadLetters: records, readRecord: readRoomRecord, lettersRetryMs: 30_000 },
    mayLeaveMemory: roomRest.mayLeaveMemory,
    holdsAStop: roomRest.holdsAStop,
    definition: roomDefinition({ ...limits, refuseAlways: rules.refuseAlways }, DEVICE),
    newRecord: (room: RoomId, first) => reception.newRecord(room, first),
    news: ({ context }) =>
      reception.refresh(context).map((event) => ({ kind: 'event', id: null, at: alarm.now(), event })),
    brief: reception.brief,
    createEffects: (admit) => ({
      perform(room, effect) {
        effects.push({ ...effect, room });
        const { turn } = effect.params;
        if (effect.class === 'repeatable') {
          admit(room, { kind: 'settled', effect: effect.id, result: { ok: true }, at: alarm.now() });
        } else if (effect.type === 'ask for a place') {
          admit(room, { kind: 'event', id: null, at: alarm.now(), event: { type: 'place.granted', turn } });
        }
      },
      release: () => {},
      sayTroubled: (room) => effects.push({ ...troubled, room }),
    }),
    isShared: () => false,
    ...{ evictAfterMs: 60_000, alarm, now: alarm.now, log: silentLog, reach: () => {}, onStore: () => {} },
    observe: undefined,
  });
  const door = createDoor({
    ...{ access, rooms, reception, now: alarm.now, log: silentLog },
    people: { deliver: async (person) => void told.push(person) },
    ownerOf: (space) => rules.spaces.get(space),
    isChat: () => false,
    joinRoom: async () => ({ ok: true }),
    joinsOf: () => 0,
    async leave(room) {
      left.push(room);
      return { ok: true };
    },
    farewell: (why) => why,
    elsewhere: { tell: async () => {} },
    fates: { handed: () => {}, ofNoPerson: () => {} },
    ...{ invitesPerMinute: 2, groups: 'decline' },
  });

  /** One sync response with these things heard, taken to the end. */
  async function hear(...heard: [RoomId, Heard][]): Promise<void> {
    const arrivals = heard.map(([room, what]) => ({ room, id: `$${++sync}`, heard: what }));
    await Promise.all(await door.admit(arrivals, null));
    await settled();
  }

  return {
    disk,
    left,
    rooms,
    told,
    counts: root.counts,
    hear,
    say: (room: RoomId, sender: UserId, body = 'hello') =>
      hear([room, { type: 'text.received', text: { eventId: eventId(`say${sync}`), sender, body, replyTo: null } }]),
    invite: (room: RoomId, person: UserId) => hear([room, { type: 'room.invited', person }]),
    /** What rooms wanted since the last look, as `type` or the key of a notice. */
    look: () =>
      effects.splice(0).map(({ type, params }) => (type === 'say' ? (params['notice'] as { key: string }).key : type)),
    /** The agents that connections were opened to since the last look. */
    reached: () =>
      effects.filter(({ type }) => type === 'open the connection').map(({ params }) => params['agent'] as AgentId),
  };
}

const troubled: Effect = {
  ...{ id: '0', class: 'disposable', type: 'troubled', params: {}, since: 0, device: DEVICE, cursor: 0 },
};

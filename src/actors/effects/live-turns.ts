/** The running turn of each room, and who could not reach which agent. */
import type { AgentId, RoomId } from '../../../machines/ids.ts';
import type { Heard } from '../../../machines/room-status.ts';
import type { RoomEvent } from '../../../machines/room.events.ts';
import type { RoomContext, Text } from '../../../machines/room.model.ts';
import type { Envelope } from '../../durable/record.ts';
import type { Now, QuoteOf, RenderNotice } from '../../ports.ts';
import type { Alarm } from '../../durable/timers.ts';
import type { TurnLog } from '../turn-log.ts';
import type { Delivery } from './delivery.ts';
import type { FileEffects } from './files.ts';
import { createLiveAnswer, type Pace } from './live-answer.ts';
import { createEar, type Ear } from './ear.ts';
import { createLiveWork, type LiveWork, type Notice } from './live-work.ts';
import { createStage, type StageWorld } from './stage.ts';
import { createLiveTurn, type LiveTurn, type TurnWorld } from './turn.ts';

export interface LiveTurnsWorld
  extends Omit<TurnWorld, 'room' | 'story' | 'tell' | 'liveAnswer' | 'keep' | 'preparing'>, StageWorld {
  now: Now;
  alarm: Alarm;
  pace: Pace;
  keep: Delivery['keep'];
  quoteOf: QuoteOf;
  gone: FileEffects['gone'];
  renderNotice: RenderNotice;
  turnLog: Omit<TurnLog, 'committed'>;
  /** Something happened in a room's turn. */
  tell(room: RoomId, event: RoomEvent): void;
}

export interface LiveTurns {
  /** The turn of this room with this id, begun where it is not there; an older one is closed. */
  of(room: RoomId, id: LiveTurn['id'], record: Pick<Envelope<RoomContext>, 'origin' | 'context'>): LiveTurn;
  /** When its agent was last heard; null where it does not run here, or was not heard. */
  heard(room: RoomId, id: LiveTurn['id'] | undefined): Heard | null;
  /** Goes on in this notice with what the agent does. */
  showWork(room: RoomId, id: LiveTurn['id'], notice: Notice): void;
  /** Whether the room could reach the agent: one that does spares the others, who could not, the rest of their wait. */
  noteReach(room: RoomId, agent: AgentId, reached: boolean): void;
  /** Closes the room's turn; with an id only that one. */
  close(room: RoomId, id?: LiveTurn['id']): void;
  /** The room is gone. */
  forget(room: RoomId): void;
}

export function createLiveTurns(world: LiveTurnsWorld): LiveTurns {
  const turns = new Map<RoomId, Live>();
  const unreached = new Map<AgentId, Set<RoomId>>();

  function close(room: RoomId, id?: LiveTurn['id']): void {
    const turn = turns.get(room);
    if (turn === undefined || (id !== undefined && turn.turn.id !== id)) return;
    turn.end();
    turns.delete(room);
  }

  return {
    close,
    of(room, id, record) {
      const current = turns.get(room);
      if (current?.turn.id === id) return current.turn;
      current?.end();
      const begun = begin(world, room, id, record);
      turns.set(room, begun);
      return begun.turn;
    },
    heard(room, id) {
      const current = turns.get(room);
      return current?.turn.id === id ? (current?.ear.heard ?? null) : null;
    },
    showWork(room, id, notice) {
      const current = turns.get(room);
      if (current?.turn.id === id) current.ear.work.standsIn(notice);
    },
    noteReach(room, agent, reached) {
      const waiting = unreached.get(agent);
      if (!reached) {
        unreached.set(agent, (waiting ?? new Set()).add(room));
      } else if (waiting !== undefined) {
        unreached.delete(agent);
        for (const other of waiting) if (other !== room) world.tell(other, { type: 'agent.reachable', agent });
      }
    },
    forget(room) {
      close(room);
      for (const waiting of unreached.values()) waiting.delete(room);
    },
  };
}

interface Live {
  turn: LiveTurn;
  ear: Ear;
  end(): void;
}

function begin(
  world: LiveTurnsWorld,
  room: RoomId,
  id: LiveTurn['id'],
  record: Pick<Envelope<RoomContext>, 'origin' | 'context'>,
): Live {
  const { origin, context } = record;
  const { language } = context;
  const ear = createEar(world.openLink, world.now, workOf(world, room, id, record));
  const turn = createLiveTurn(id, {
    ...world,
    room,
    openLink: ear.openLink,
    story: {
      about: () => world.turnLog.about(room, id),
      begins: () => world.turnLog.begins(room, id),
      ends: (characters) => world.turnLog.ends(room, id, characters),
    },
    tell: (event) => world.tell(room, event),
    liveAnswer({ preview, piece, ...scene }) {
      const transaction = piece === 0 ? `${origin}.t${id}` : `${origin}.t${id}-${piece}`;
      const stage = createStage(world, { room, transaction, language, ...scene }, (eventId) => {
        world.reach('preview sent');
        world.tell(room, { type: 'answer.shown', turn: id, eventId });
      });
      return createLiveAnswer(preview, world.pace, stage, world.alarm, world.now);
    },
    keep: (piece, markdown) => world.keep(room, id, piece, markdown),
    preparing: preparedBy(world, record.context.agent),
  });
  return {
    turn,
    ear,
    end() {
      ear.work.end();
      turn.close();
    },
  };
}

function workOf(
  world: LiveTurnsWorld,
  room: RoomId,
  id: LiveTurn['id'],
  { origin, context }: Pick<Envelope<RoomContext>, 'origin' | 'context'>,
): LiveWork {
  const since = world.now();
  return createLiveWork({
    ...world,
    tell: (work) => world.tell(room, { type: 'agent.worked', turn: id, ...work }),
    edit: ({ notice, answers }, work, nth) =>
      world.sendDisposable({
        ...{ room, transaction: `${origin}.t${id}.work.${since.toString(36)}.${nth}` },
        ...{ msgtype: 'm.notice', content: world.renderNotice({ key: 'working', ...work }, context.language), answers },
        ...{ replaces: notice, isPassing: true, since, device: null },
      }),
  });
}

/** Most messages answer none, or say themselves what they answer; and most bring no file. */
function preparedBy({ quoteOf, gone, tell }: LiveTurnsWorld, agent: AgentId): TurnWorld['preparing'] {
  async function withFilesThatAreThere(room: RoomId, text: Text): Promise<Text> {
    const missing = (await gone(agent, text.files ?? [])).map(({ event }) => event);
    if (missing.length === 0) return text;
    tell(room, { type: 'files.gone', of: missing });
    return { ...text, files: text.files?.filter(({ event }) => !missing.includes(event)) };
  }

  return (room, text) => {
    const { replyTo, quoted, files = [] } = text;
    const answersUnknown = replyTo !== null && quoted === undefined && text.task === undefined;
    if (!answersUnknown && files.length === 0) return null;
    const quoting = answersUnknown
      ? quoteOf(room, replyTo).then((found) => (found === null ? text : { ...text, quoted: found }))
      : Promise.resolve(text);
    return quoting.then((found) => withFilesThatAreThere(room, found));
  };
}

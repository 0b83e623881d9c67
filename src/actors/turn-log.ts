/**
 * What the log says of turns: who, where, which message, how often and how long, in every line of a turn; and one line
 * at its end. Never what anybody said. Kept in memory only: of a turn of an earlier process less is known.
 */
import type { AgentId, EventId, RoomId, TurnId } from '../../machines/ids.ts';
import type { Ending } from '../../machines/status.ts';
import type { Trouble } from '../../machines/notices.ts';
import type { RoomEvent } from '../../machines/room.events.ts';
import type { RoomContext, Turn } from '../../machines/room.model.ts';
import type { RoomEffectParams } from '../../machines/room.effects.ts';
import type { Effect } from '../durable/definition.ts';
import type { Change } from '../durable/durable.ts';
import type { AboutTurn } from '../ports/agents.ts';
import type { Log, Now } from '../ports.ts';

export interface TurnLog {
  /** A commit of the room. */
  committed(room: RoomId, change: Change<RoomContext>): void;
  about(room: RoomId, turn: TurnId): AboutTurn;
  /** The first text of its answer came. */
  begins(room: RoomId, turn: TurnId): void;
  /** All of it is there. */
  ends(room: RoomId, turn: TurnId, characters: number): void;
}

interface Story {
  id: TurnId;
  event: EventId;
  /** All messages that it is about. */
  events: readonly EventId[];
  agent: AgentId;
  tries: number;
  /** When its text came, when its agent had it, when the first text of the answer came. */
  cameAt: number | null;
  askedAt: number | null;
  beganAt: number | null;
  characters: number;
  tokens: number;
  trouble: Trouble | null;
}

interface Known {
  story: Story | null;
  /** When texts came that are asked or wait. */
  came: Map<EventId, number>;
}

/** A turn that is over, as those hear who count them. `events`: the messages that it was about. */
export interface TurnOver {
  room: RoomId;
  agent: AgentId;
  events: readonly EventId[];
  outcome: Ending;
  trouble: Trouble | null;
  tokens: number;
  ms: number | null;
  waitMs: number | null;
  firstTextMs: number | null;
}

export interface TurnLogWorld {
  log: Log;
  now: Now;
  over?(turn: TurnOver): void;
}

export function createTurnLog({ log, now, over = () => {} }: TurnLogWorld): TurnLog {
  const rooms = new Map<RoomId, Known>();
  const storyOf = (room: RoomId, turn: TurnId) => {
    const story = rooms.get(room)?.story;
    return story?.id === turn ? story : null;
  };
  const since = (from: number | null, to: number | null) => (from === null || to === null ? null : to - from);

  function about(room: RoomId, turn: TurnId): AboutTurn {
    const story = storyOf(room, turn);
    const { agent, event, tries, cameAt } = story ?? { agent: null, event: null, tries: 0, cameAt: null };
    return { room, turn, agent, event, tries, ms: since(cameAt, now()) };
  }

  function tellEnd(room: RoomId, story: Story, after: RoomContext): void {
    const { cameAt, askedAt, beganAt, characters, tokens, trouble } = story;
    const times = { waitMs: since(cameAt, askedAt), firstTextMs: since(cameAt, beganAt) };
    const size = { tokens, characters };
    const outcome = outcomeOf(story, after);
    const named = about(room, story.id);
    log.info({ ...named, outcome, trouble, ...times, ...size }, 'turn over');
    const { agent, events } = story;
    over({ room, agent, events, outcome, trouble, tokens, ms: named.ms, ...times });
  }

  function committed(room: RoomId, { before, record, heard, effects }: Change<RoomContext>): void {
    const [then, today] = [before.context, record.context];
    const running = record.done ? null : today.turn;
    const known = rooms.get(room) ?? { story: null, came: new Map<EventId, number>() };
    rooms.set(room, known);
    const events = heard.map(({ event }) => event as RoomEvent);
    for (const event of events) if (event.type === 'text.received') known.came.set(event.text.eventId, now());

    if (then.turn !== null) known.story ??= newStory(then.turn, then.agent, null);
    const { story } = known;
    if (story !== null) for (const event of events) follow(story, event, now);
    if (story !== null && story.id !== running?.id) {
      story.trouble ??= then.turn?.stoppedFor ?? null;
      tellEnd(room, story, today);
      known.story = null;
    }
    if (running !== null) {
      const cameAt = known.came.get(running.text.eventId) ?? (then.turn?.id === running.id ? null : now());
      known.story ??= newStory(running, today.agent, cameAt);
      for (const effect of effects) if (effect.type === 'open the connection') called(known.story, effect);
    }
    const wanted = new Set([running?.text.eventId, ...today.waiting.map(({ eventId }) => eventId)]);
    for (const event of known.came.keys()) if (!wanted.has(event)) known.came.delete(event);
    if (known.story === null && known.came.size === 0) rooms.delete(room);
  }

  return {
    committed,
    about,
    begins(room, turn) {
      const story = storyOf(room, turn);
      if (story !== null) story.beganAt ??= now();
    },
    ends(room, turn, characters) {
      const story = storyOf(room, turn);
      if (story !== null) story.characters = characters;
    },
  };
}

function called(story: Story, { params }: Effect): void {
  const { agent } = params as unknown as RoomEffectParams['open the connection'];
  story.agent = agent;
  story.tries += 1;
}

function newStory({ id, text, attempts }: Turn, agent: AgentId, cameAt: number | null): Story {
  return {
    ...{
      id,
      event: text.eventId,
      events: messagesIn(text),
      agent,
      tries: attempts,
      cameAt,
      askedAt: null,
      beganAt: null,
    },
    ...{ characters: 0, tokens: 0, trouble: null },
  };
}

function messagesIn({ eventId, repeats, gathered = [] }: Turn['text']): EventId[] {
  const ids = [eventId, ...(repeats === undefined ? [] : [repeats]), ...gathered.map((each) => each.eventId)];
  return [...new Set(ids)];
}

function follow(story: Story, event: RoomEvent, now: Now): void {
  if (!('turn' in event) || event.turn !== story.id) return;
  if (event.type === 'agent.ready') {
    story.askedAt = now();
    story.trouble = null;
  }
  if (event.type === 'agent.unreachable') story.trouble = event.trouble;
  if (event.type === 'turn.ended') {
    story.tokens = event.tokens;
    story.trouble = event.trouble;
  }
}

/** As `!status` tells it; of a turn that the room forgot, it was dropped. */
function outcomeOf({ id }: Story, { diary: { ended } }: RoomContext): Ending {
  return ended?.turn === id ? ended.how : 'dropped';
}

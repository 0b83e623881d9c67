/** The live side of one running turn: its place at the agent, its connection, its growing answer. */
import { inWorkspace } from '../../../machines/files.ts';
import type { AgentId, ContextId, EventId, RoomId, TurnId } from '../../../machines/ids.ts';
import type { RoomEvent } from '../../../machines/room.events.ts';
import type { Answer, Piece, Text } from '../../../machines/room.model.ts';
import type { Relation } from '../../../machines/message.ts';
import type { Trouble } from '../../../machines/notices.ts';
import type { AboutTurn } from '../../ports/agents.ts';
import type { Chance, Link, LinkEvent, Log, OpenLink, PicturesIn, Places } from '../../ports.ts';
import type { Reach } from '../boundaries.ts';
import type { LiveAnswer } from './live-answer.ts';
import { MOST_FILES } from './files.ts';
import { createPieces, type Cut, type Pieces } from './pieces.ts';

/** Where in its room an answer grows: what it answers, and what may stand of it from before. */
export interface Spot {
  answers: EventId;
  /** The message that shows the beginning already. */
  preview: EventId | null;
  mayHaveBegun: boolean;
  relation?: Relation | undefined;
}

export interface TurnWorld {
  room: RoomId;
  openLink: OpenLink;
  places: Places;
  /** The text with what it answers, and without files that are gone, where that has to be found out first. */
  preparing(room: RoomId, text: Text): Promise<Text> | null;
  chance: Chance;
  log: Log;
  /** What names this turn in the log, and hears how its answer comes. */
  story: { about(): AboutTurn; begins(): void; ends(characters: number): void };
  reach: Reach;
  /** What happened in this turn, for the room. */
  tell(event: RoomEvent): void;
  /** Where the answer grows; made when the connection opens. */
  liveAnswer(beginning: Beginning): LiveAnswer;
  /** Keeps a piece of the answer until it is delivered. */
  keep(piece: number, markdown: string): Promise<Answer | null>;
  picturesIn: PicturesIn;
}

/** One piece of the turn's answer: each question begins another. */
export interface Beginning extends Spot {
  piece: number;
  /** Whether others stand between the text and it by now. */
  isApart(): boolean;
}

export interface LiveTurn {
  readonly id: TurnId;
  takePlace(agent: AgentId): void;
  /** `reached` hears whether the agent was there. */
  open(target: { agent: AgentId; contextId: ContextId }, spot: Spot, reached: (yes: boolean) => void): void;
  /** Others stand between the text and what is not shown of the answer yet. */
  standApart(): void;
  ask(room: RoomId, text: Text): void;
  confirm(question: string, approved: boolean): void;
  /** `trouble`: why the turn is stopped, when it is not the person's wish. */
  stop(trouble: Trouble | null): void;
  /** Shows no more of the answer. */
  hush(): void;
  /** Lets go of everything; nothing is told any more. */
  close(): void;
}

type Bounds = (type: LinkEvent['type'], path?: string) => number;
/** What the room hears with a piece of the answer. */
type NewsOf = (piece: Piece | null) => RoomEvent;
type Ending = Extract<LinkEvent, { type: 'ended' }>;

/** An agent that floods is stopped at this many characters of one answer. */
const LONGEST_ANSWER = 4 * 1024 * 1024;
/** Questions of one turn that are passed on; each is written to the room's record. One more ends the turn. */
export const MOST_QUESTIONS = 50;
const OVERFLOWS = 'an agent sends more than is passed on in one turn';

/** What ends a turn that is our fault. */
type NotDone = 'answer could not be kept' | 'message could not be written';

export function createLiveTurn(id: TurnId, world: TurnWorld): LiveTurn {
  let leavePlace: (() => void) | null = null;
  let link: Link | null = null;
  let answer: Pieces | null = null;
  let stoppedFor: Trouble | null = null;
  let [closed, apart] = [false, false];
  const { story } = world;
  let reached: (yes: boolean) => void = () => {};
  const beyond = createBounds();
  const tell = (event: RoomEvent) => void (closed || world.tell(event));

  function unlessItFails(work: Promise<void>, otherwise: NotDone): void {
    work.catch((error: unknown) => {
      world.log.error({ ...story.about(), error }, otherwise);
      tell(lost(id));
    });
  }

  function tellOnceKept(cut: Promise<Cut | null> | undefined, newsOf: NewsOf, asks = ''): void {
    const told = withPictures(id, cut, newsOf, world.picturesIn(asks), beyond).then((news) => news.forEach(tell));
    unlessItFails(told, 'answer could not be kept');
  }

  function listen(event: LinkEvent): void {
    logTrouble(event, story, world.log);
    if (event.type === 'opened' || event.type === 'unreachable') reached(event.type === 'opened');
    if (event.type === 'text' && answer !== null) {
      if (answer.length === 0) begins(world);
      if (answer.length <= LONGEST_ANSWER) answer.add(event.text);
      if (answer.length > LONGEST_ANSWER && stoppedFor === null) stop('too-big');
    }
    if (event.type === 'ended') {
      world.reach('end received');
      story.ends(answer?.length ?? 0);
      tellOnceKept(answer?.finish(), (last) => endOf(id, event, last, stoppedFor));
    }
    const over = event.type === 'file' ? beyond('file', event.path) : beyond(event.type);
    if (over === 1) world.log.warn({ ...story.about(), what: event.type }, OVERFLOWS);
    if (event.type === 'question' && over === 0) tellOnceKept(answer?.cut(), questionOf(id, event), event.text);
    // A question is waited for, so that one too many ends the turn.
    if (event.type === 'question' && over > 0 && stoppedFor === null) stop('protocol');
    const news = over > 0 ? null : newsOf(id, event, world.chance);
    if (news !== null) tell(news);
  }

  function stop(trouble: Trouble | null): void {
    stoppedFor = trouble;
    link?.stop();
  }

  return {
    id,
    takePlace: (agent) => void (leavePlace ??= world.places.take(agent, newsOfThePlace(id, tell))),
    open(target, spot, listener) {
      world.reach('connection asked for');
      reached = listener;
      answer = piecesOf(world, { ...spot, isApart: () => apart });
      link = world.openLink({ ...target, about: story.about }, listen);
    },
    ask(room, text) {
      const write = writing(world, link, room);
      const prepared = world.preparing(room, text);
      if (prepared === null) write(text);
      else unlessItFails(prepared.then(write), 'message could not be written');
    },
    confirm(question, approved) {
      answer?.goOn();
      link?.confirm(question, approved);
    },
    standApart: () => void (apart = true),
    stop,
    hush: () => answer?.abandon(),
    close() {
      closed = true;
      link?.close();
      leavePlace?.();
      answer?.abandon();
    },
  };
}

/** On this connection: another one gets what its room says by then. */
function writing({ reach }: TurnWorld, link: Link | null, room: RoomId): (text: Text) => void {
  return (text) => {
    reach('user message about to be written');
    link?.ask({ room, text });
    reach('user message written');
  };
}

function begins({ reach, story }: TurnWorld): void {
  reach('first text received');
  story.begins();
}

/** Only the first piece may have begun to grow before the connection. */
function piecesOf(world: TurnWorld, beginning: Omit<Beginning, 'piece'>): Pieces {
  const grow = (piece: number) =>
    world.liveAnswer({ ...beginning, preview: piece === 0 ? beginning.preview : null, piece });
  return createPieces({ ...world, grow });
}

function newsOfThePlace(turn: TurnId, tell: (event: RoomEvent) => void): Parameters<Places['take']>[1] {
  return {
    granted: () => tell({ type: 'place.granted', turn }),
    awaited: (position) => tell({ type: 'place.awaited', turn, position }),
  };
}

/** Counts what is bounded; gives by how much it is beyond its bound, 0 for not. A file counts once, in whatever way it is named. */
function createBounds(): Bounds {
  const most: Partial<Record<LinkEvent['type'], number>> = { file: MOST_FILES + 1, question: MOST_QUESTIONS };
  const seen = new Map<LinkEvent['type'], number>();
  const files = new Set<string>();
  return (type, path) => {
    if (path !== undefined && files.has(inWorkspace(path))) return Infinity;
    const count = (seen.get(type) ?? 0) + 1;
    seen.set(type, count);
    const over = Math.max(0, count - (most[type] ?? Infinity));
    if (path !== undefined && over === 0) files.add(inWorkspace(path));
    return over;
  };
}

/** What the room hears of its connection at once; null for what its answer hears, and for questions and the end, which wait for that. */
function newsOf(turn: TurnId, event: LinkEvent, chance: Chance): RoomEvent | null {
  switch (event.type) {
    case 'opened':
      return { type: 'connection.opened', turn };
    case 'ready': {
      const { idempotent, confirmations, contexts } = event.capabilities;
      const { session } = event;
      return { type: 'agent.ready', turn, idempotent, confirmations, ...(contexts && { contexts }), session };
    }
    case 'unreachable':
      return { type: 'agent.unreachable', turn, trouble: event.trouble, jitter: chance() };
    case 'file':
      return { type: 'agent.sent a file', turn, path: event.path };
    default:
      return null;
  }
}

function logTrouble(event: LinkEvent, story: TurnWorld['story'], log: Log): void {
  if (!('detail' in event)) return;
  const { type, trouble, detail } = event;
  log.warn({ ...story.about(), trouble, said: detail }, type === 'unreachable' ? 'agent unreachable' : 'turn failed');
}

/** What the answer, and the question behind it, show of the workspace goes as if the agent had sent it, as long as more may pass. */
async function withPictures(
  turn: TurnId,
  cut: Promise<Cut | null> | undefined,
  newsOf: NewsOf,
  asked: readonly string[],
  beyond: Bounds,
): Promise<RoomEvent[]> {
  const { piece = null, pictures = [] } = (await cut) ?? {};
  const sent = [...pictures, ...asked]
    .filter((path) => beyond('file', path) === 0)
    .map((path) => ({ type: 'agent.sent a file' as const, turn, path }));
  return [...sent, newsOf(piece)];
}

/** What the room hears of the end, with the last piece of the answer. */
function endOf(turn: TurnId, event: Ending, last: Piece | null, stoppedFor: Trouble | null): RoomEvent {
  const { outcome } = event;
  const trouble = outcome === 'failed' ? event.trouble : stoppedFor;
  const { tokens, memory } = outcome === 'done' ? event : { tokens: 0 };
  const ended = { type: 'turn.ended', turn, outcome, ...(last ?? { answer: null }), trouble, tokens } as const;
  return memory === undefined ? ended : { ...ended, memory };
}

/** What it hears of a question, with the piece that stands before it. */
function questionOf(turn: TurnId, { id, text, expiresInMs }: Extract<LinkEvent, { type: 'question' }>): NewsOf {
  return (said) => ({ type: 'agent.asked', turn, question: { id, text, expiresInMs }, ...(said !== null && { said }) });
}

function lost(turn: TurnId): RoomEvent {
  return { type: 'turn.ended', turn, outcome: 'failed', answer: null, trouble: 'connection-lost', tokens: 0 };
}

/** The live side of one running turn: its place at the agent, its connection, its growing answer. */
import type { AgentId, ContextId, EventId, TurnId } from '../../../machines/ids.ts';
import type { Answer, RoomEvent, Text } from '../../../machines/room.model.ts';
import type { Trouble } from '../../../machines/notices.ts';
import type { Chance, Link, LinkEvent, Log, OpenLink, Places } from '../../ports.ts';
import type { RoomId } from '../../../machines/ids.ts';
import type { Reach } from '../boundaries.ts';
import type { LiveAnswer } from './live-answer.ts';

export interface TurnWorld {
  openLink: OpenLink;
  places: Places;
  chance: Chance;
  log: Log;
  reach: Reach;
  /** What happened in this turn, for the room. */
  tell(event: RoomEvent): void;
  /** Where the answer grows; made when the connection opens. */
  liveAnswer(preview: EventId | null, answers: EventId): LiveAnswer;
  /** Keeps a whole answer until it is delivered. */
  keep(markdown: string): Promise<Answer | null>;
}

export interface LiveTurn {
  readonly id: TurnId;
  takePlace(agent: AgentId): void;
  /** `reached` hears whether the agent was there. */
  open(
    target: { agent: AgentId; contextId: ContextId },
    preview: EventId | null,
    answers: EventId,
    reached: (yes: boolean) => void,
  ): void;
  ask(room: RoomId, text: Text): void;
  confirm(question: string, approved: boolean): void;
  /** `trouble`: why the turn is stopped, when it is not the person's wish. */
  stop(trouble: Trouble | null): void;
  /** Lets go of everything; nothing is told any more. */
  close(): void;
}

/** An agent that floods is stopped at this many characters of one answer. */
const LONGEST_ANSWER = 4 * 1024 * 1024;
/** Files and questions of one turn that are passed on; each is written to the room's record, and one question more ends the turn. */
export const MOST_FILES = 20;
export const MOST_QUESTIONS = 50;

export function createLiveTurn(id: TurnId, world: TurnWorld): LiveTurn {
  let leavePlace: (() => void) | null = null;
  let link: Link | null = null;
  let answer: LiveAnswer | null = null;
  let stoppedFor: Trouble | null = null;
  let closed = false;
  let [files, questions] = [0, 0];
  let reached: (yes: boolean) => void = () => {};

  function tell(event: RoomEvent): void {
    if (!closed) world.tell(event);
  }

  async function end(event: Extract<LinkEvent, { type: 'ended' }>): Promise<void> {
    world.reach('end received');
    const markdown = (await answer?.finish()) ?? '';
    const kept = markdown.trim() === '' ? null : await world.keep(markdown);
    tell({
      type: 'turn.ended',
      turn: id,
      outcome: event.outcome,
      answer: kept,
      trouble: event.outcome === 'failed' ? event.trouble : stoppedFor,
      tokens: event.outcome === 'done' ? event.tokens : 0,
    });
  }

  function listen(event: LinkEvent): void {
    switch (event.type) {
      case 'opened':
        reached(true);
        tell({ type: 'connection.opened', turn: id });
        break;
      case 'ready': {
        const { idempotent, confirmations } = event.capabilities;
        tell({ type: 'agent.ready', turn: id, idempotent, confirmations, session: event.session });
        break;
      }
      case 'unreachable':
        world.log.warn({ turn: id, trouble: event.trouble, said: event.detail }, 'agent unreachable');
        reached(false);
        tell({ type: 'agent.unreachable', turn: id, trouble: event.trouble, jitter: world.chance() });
        break;
      case 'text':
        if (answer?.length === 0) world.reach('first text received');
        answer?.add(event.text);
        if ((answer?.length ?? 0) > LONGEST_ANSWER && stoppedFor === null) stop('too-big');
        break;
      case 'question':
        if (++questions > MOST_QUESTIONS) return tooMany('questions', questions - MOST_QUESTIONS);
        tell({
          type: 'agent.asked',
          turn: id,
          question: { id: event.id, text: event.text, expiresInMs: event.expiresInMs },
        });
        break;
      case 'file':
        if (++files > MOST_FILES) return tooMany('files', files - MOST_FILES);
        tell({ type: 'agent.sent a file', turn: id, path: event.path });
        break;
      case 'progress':
        break;
      case 'ended':
        if (event.outcome === 'failed') {
          world.log.warn({ turn: id, trouble: event.trouble, said: event.detail }, 'turn failed');
        }
        end(event).catch((error: unknown) => {
          world.log.error({ turn: id, error }, 'answer could not be kept');
          tell({
            type: 'turn.ended',
            turn: id,
            outcome: 'failed',
            answer: null,
            trouble: 'connection-lost',
            tokens: 0,
          });
        });
        break;
    }
  }

  /** What comes beyond a bound changes nothing but a counter; questions are waited for, so that they end the turn. */
  function tooMany(what: 'files' | 'questions', beyond: number): void {
    if (beyond === 1) world.log.warn({ turn: id, what }, 'an agent sends more than is passed on in one turn');
    if (what === 'questions' && stoppedFor === null) stop('protocol');
  }

  function stop(trouble: Trouble | null): void {
    stoppedFor = trouble;
    link?.stop();
  }

  return {
    id,
    takePlace(agent) {
      leavePlace ??= world.places.take(agent, {
        granted: () => tell({ type: 'place.granted', turn: id }),
        awaited: (position) => tell({ type: 'place.awaited', turn: id, position }),
      });
    },
    open(target, preview, answers, listener) {
      world.reach('connection asked for');
      reached = listener;
      answer = world.liveAnswer(preview, answers);
      link = world.openLink(target, listen);
    },
    ask(room, text) {
      world.reach('user message about to be written');
      link?.ask({ room, text });
      world.reach('user message written');
    },
    confirm: (question, approved) => link?.confirm(question, approved),
    stop,
    close() {
      closed = true;
      link?.close();
      leavePlace?.();
      answer?.abandon();
    },
  };
}

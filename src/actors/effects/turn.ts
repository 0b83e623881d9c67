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
  return new TurnAtTheAgent(id, world);
}

class TurnAtTheAgent implements LiveTurn {
  readonly id: TurnId;
  readonly #world: TurnWorld;
  #leavePlace: (() => void) | null = null;
  #link: Link | null = null;
  #answer: LiveAnswer | null = null;
  #stoppedFor: Trouble | null = null;
  #closed = false;
  #files = 0;
  #questions = 0;
  #reached: (yes: boolean) => void = () => {};

  constructor(id: TurnId, world: TurnWorld) {
    this.id = id;
    this.#world = world;
  }

  takePlace(agent: AgentId): void {
    const turn = this.id;
    this.#leavePlace ??= this.#world.places.take(agent, {
      granted: () => this.#tell({ type: 'place.granted', turn }),
      awaited: (position) => this.#tell({ type: 'place.awaited', turn, position }),
    });
  }

  open(...[target, preview, answers, listener]: Parameters<LiveTurn['open']>): void {
    this.#world.reach('connection asked for');
    this.#reached = listener;
    this.#answer = this.#world.liveAnswer(preview, answers);
    this.#link = this.#world.openLink(target, (event) => this.#hear(event));
  }

  ask(room: RoomId, text: Text): void {
    this.#world.reach('user message about to be written');
    this.#link?.ask({ room, text });
    this.#world.reach('user message written');
  }

  confirm(question: string, approved: boolean): void {
    this.#link?.confirm(question, approved);
  }

  stop(trouble: Trouble | null): void {
    this.#stoppedFor = trouble;
    this.#link?.stop();
  }

  close(): void {
    this.#closed = true;
    this.#link?.close();
    this.#leavePlace?.();
    this.#answer?.abandon();
  }

  #tell(event: RoomEvent): void {
    if (!this.#closed) this.#world.tell(event);
  }

  async #end(event: Extract<LinkEvent, { type: 'ended' }>): Promise<void> {
    this.#world.reach('end received');
    const markdown = (await this.#answer?.finish()) ?? '';
    const kept = markdown.trim() === '' ? null : await this.#world.keep(markdown);
    this.#tell({
      type: 'turn.ended',
      turn: this.id,
      outcome: event.outcome,
      answer: kept,
      trouble: event.outcome === 'failed' ? event.trouble : this.#stoppedFor,
      tokens: event.outcome === 'done' ? event.tokens : 0,
    });
  }

  #hear(event: LinkEvent): void {
    switch (event.type) {
      case 'opened':
        this.#reached(true);
        this.#tell({ type: 'connection.opened', turn: this.id });
        break;
      case 'ready': {
        const { idempotent, confirmations } = event.capabilities;
        this.#tell({ type: 'agent.ready', turn: this.id, idempotent, confirmations, session: event.session });
        break;
      }
      case 'unreachable':
        this.#world.log.warn({ turn: this.id, trouble: event.trouble, said: event.detail }, 'agent unreachable');
        this.#reached(false);
        this.#tell({ type: 'agent.unreachable', turn: this.id, trouble: event.trouble, jitter: this.#world.chance() });
        break;
      case 'text':
        if (this.#answer?.length === 0) this.#world.reach('first text received');
        this.#answer?.add(event.text);
        if ((this.#answer?.length ?? 0) > LONGEST_ANSWER && this.#stoppedFor === null) this.stop('too-big');
        break;
      case 'question':
        if (++this.#questions > MOST_QUESTIONS) return this.#tooMany('questions', this.#questions - MOST_QUESTIONS);
        this.#tell({
          type: 'agent.asked',
          turn: this.id,
          question: { id: event.id, text: event.text, expiresInMs: event.expiresInMs },
        });
        break;
      case 'file':
        if (++this.#files > MOST_FILES) return this.#tooMany('files', this.#files - MOST_FILES);
        this.#tell({ type: 'agent.sent a file', turn: this.id, path: event.path });
        break;
      case 'progress':
        break;
      case 'ended':
        if (event.outcome === 'failed') {
          this.#world.log.warn({ turn: this.id, trouble: event.trouble, said: event.detail }, 'turn failed');
        }
        this.#end(event).catch((error: unknown) => {
          this.#world.log.error({ turn: this.id, error }, 'answer could not be kept');
          this.#tell({
            type: 'turn.ended',
            turn: this.id,
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
  #tooMany(what: 'files' | 'questions', beyond: number): void {
    if (beyond === 1)
      this.#world.log.warn({ turn: this.id, what }, 'an agent sends more than is passed on in one turn');
    if (what === 'questions' && this.#stoppedFor === null) this.stop('protocol');
  }
}

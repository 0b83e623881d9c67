/** One connection to an agent, as the service opens it for a turn, and what was heard on it. */
import { randomInt, randomUUID } from 'node:crypto';
import { ContextId, EventId, type AgentId } from '../../machines/ids.ts';
import type { Text } from '../../machines/room.model.ts';
import type { After } from '../basics/after.ts';
import type { LinkEvent, Now, OpenLink } from '../ports.ts';
import { ROOM, SOMEBODY } from './somebody.ts';

export interface World {
  openLink: OpenLink;
  after: After;
  /** Time that only passes, ms. */
  now: Now;
  /** From dialling to STATUS, ms. */
  statusMs: number;
  /** From the message to the end of the answer, ms. */
  answerMs: number;
  /** Whoever checks does not want to know any more. */
  signal: AbortSignal;
}

export interface Failure {
  /** How far it had come. */
  at: 'connection' | 'STATUS' | 'answer';
  /** `late`: it took longer than whoever checks waits; `called off` by them. */
  why: Extract<LinkEvent, { type: 'unreachable' }>['trouble'] | 'late' | 'called off';
  /** In words of the system or of the agent. */
  detail: string;
}

/** Times in ms, null for what did not happen. */
export interface Heard {
  statusMs: number | null;
  firstWordsMs: number | null;
  endMs: number | null;
  /** The beginning of the answer. */
  words: string;
  characters: number;
  /** The paths of the files that the agent wanted to be sent. */
  files: string[];
  failure: Failure | null;
}

/** More of an answer is only counted. */
const WORDS_KEPT = 2_000;
/** More files than these are not looked at. */
const FILES_KEPT = 20;

/** A message of somebody who is no person of the service. */
export function message(body: string, files: Text['files'] = []): Text {
  const eventId = EventId.parse(`$check-${randomUUID()}`);
  return { eventId, sender: SOMEBODY, body, replyTo: null, ...(files.length > 0 && { files }) };
}

/**
 * Connects under a `platform_chat_id` that no room has, waits for STATUS, and asks `text` where there is one. Never rejects,
 * and takes no longer than the times of the world say.
 */
export function converse(world: World, agent: AgentId, text: Text | null): Promise<Heard> {
  const { promise, resolve } = Promise.withResolvers<Heard>();
  const heard: Heard = {
    ...{ statusMs: null, firstWordsMs: null, endMs: null, words: '', characters: 0, files: [], failure: null },
  };
  let at: Failure['at'] = 'connection';
  let since = world.now();
  let callOff = world.after(world.statusMs, late);
  const link = world.openLink({ agent, contextId: freshContext() }, listen);
  world.signal.addEventListener('abort', givenUp, { once: true });
  if (world.signal.aborted) givenUp();
  return promise;

  function end(failure: Failure | null): void {
    callOff();
    world.signal.removeEventListener('abort', givenUp);
    link.close();
    resolve({ ...heard, failure });
  }

  function late(): void {
    end({ at, why: 'late', detail: '' });
  }

  function givenUp(): void {
    end({ at, why: 'called off', detail: '' });
  }

  function ask(question: Text): void {
    at = 'answer';
    since = world.now();
    callOff = world.after(world.answerMs, late);
    link.ask({ text: question, room: ROOM });
  }

  function listen(event: LinkEvent): void {
    const passed = Math.round(world.now() - since);
    switch (event.type) {
      case 'opened':
        at = 'STATUS';
        return;
      case 'ready':
        callOff();
        heard.statusMs = passed;
        return text === null ? end(null) : ask(text);
      case 'text':
        heard.firstWordsMs ??= passed;
        heard.characters += event.text.length;
        heard.words = (heard.words + event.text).slice(0, WORDS_KEPT);
        return;
      case 'file':
        if (heard.files.length < FILES_KEPT) heard.files.push(event.path);
        return;
      case 'question':
        // Nobody is there who could say yes.
        return link.confirm(event.id, false);
      case 'ended':
        heard.endMs = passed;
        return end(event.outcome === 'failed' ? { at, why: event.trouble, detail: event.detail } : null);
      case 'unreachable':
        return end({ at, why: event.trouble, detail: event.detail });
      case 'progress':
    }
  }
}

/** No room has it: the ids of the service are the time of day in µs, those of the earlier system count from 1. */
function freshContext(): ContextId {
  return ContextId.parse(String(randomInt(1e13, 1e14)));
}

import { describe, expect, it } from 'vitest';
import { AgentId, ContextId } from '../../../machines/ids.ts';
import type { RoomEvent } from '../../../machines/room.events.ts';
import { messages } from '../../../src/diagrams/happenings.ts';
import {
  adopted,
  agent,
  ann,
  archived,
  assigned,
  bob,
  claimed,
  command,
  file,
  id,
  invited,
  joined,
  joins,
  left,
  marked,
  named,
  play,
  say,
  text,
  wished,
} from './story.ts';

const other = AgentId.parse('other');
const refusing = play(invited(ann, agent, 'refused'), joined);
const noAgent = (answers: string | null) => say({ key: 'no agent for you', contact: null }, answers);
const asksForAccess = (answers: string | null) =>
  wished({ type: 'access.wanted', answers: answers === null ? null : id(answers) });
const chat3 = { number: 3, name: 'Chat 3', contextId: ContextId.parse('9') };

/** What is no command for an agent or a chat. */
const answeredHere = new Set<string>(['command.whoami', 'command.language', 'command.unknown']);

describe('a refused person', () => {
  it('is told whom to ask when the bot is in', () => {
    expect(play().on(invited(ann, agent, 'refused'))).toEqual({
      at: 'refusing',
      does: [joins(true)],
      changes: { person: ann, agent, contextId: '7', role: 'refused' },
    });
    expect(play(invited(ann, agent, 'refused')).on(joined)).toEqual({
      at: 'refusing',
      does: [noAgent(null)],
      changes: { noticed: true },
    });
  });

  it.each<[string, RoomEvent]>([
    ['1', text('1')],
    ['file', file],
  ])('is told once, in answer where they spoke first: %s', (answers, event) => {
    expect(refusing.on(event)).toEqual({ at: 'refusing', does: [], changes: {} });
    const untold = play(claimed('refused'));
    expect(untold.on(event)).toEqual({ at: 'refusing', does: [noAgent(answers)], changes: { noticed: true } });
    expect([text('2'), file].map(untold.after(event).on)).toEqual(
      [0, 1].map(() => ({ at: 'refusing', does: [], changes: {} })),
    );
  });

  const isRefused = ({ type }: RoomEvent) => type.startsWith('command.') && !answeredHere.has(type);
  it.each(messages.filter(isRefused))('is refused every command for an agent or a chat: $type', (event) => {
    expect(refusing.on(event)).toEqual({ at: 'refusing', does: [noAgent('message')], changes: {} });
  });

  it('still gets their name, and a word on what is no command', () => {
    const unknown: RoomEvent = { type: 'command.unknown', eventId: id('u'), sender: ann, name: 'hlep' };
    expect([command('whoami'), unknown].map((event) => refusing.on(event).does)).toEqual([
      [say({ key: 'you are', person: ann }, 'whoami')],
      [say({ key: 'unknown command', name: 'hlep', place: 'refused' }, 'u')],
    ]);
  });

  it('stays refused under another agent', () => {
    expect(refusing.on(assigned('refused', other))).toEqual({
      at: 'refusing',
      does: [],
      changes: { agent: other },
    });
  });

  it('is served once an agent is found', () => {
    expect(refusing.on(assigned('chat', other, 'default'))).toEqual({
      at: 'idle',
      does: [marked({ agent: other }), say({ key: 'greeting', defaultAgent: true, inSpace: false }, null)],
      changes: { role: 'chat', agent: other, assignment: 'default' },
    });
  });

  it('is led to the chats once an agent is found', () => {
    expect(refusing.on(assigned('entry', other))).toEqual({
      at: 'pointing',
      does: [marked({ kind: 'entry', agent: other }), asksForAccess(null)],
      changes: { role: 'entry', agent: other },
    });
  });

  it('is not served by way of a chat that is made for them, which keeps its number', () => {
    expect(refusing.on(adopted())).toEqual({
      at: 'refusing',
      does: [marked({ number: 3, name: 'Chat 3' })],
      changes: { number: 3, name: 'Chat 3' },
    });
    const again = refusing.after(adopted()).on(assigned('chat'));
    expect([again.at, again.does]).toEqual([
      'idle',
      [marked({ number: 3, name: 'Chat 3' }), say({ key: 'greeting', defaultAgent: false, inSpace: true }, null)],
    ]);
  });

  it('gives the room up to somebody else who brings the bot in, not to a chat of theirs', () => {
    expect(refusing.on(invited(bob)).at).toBe('idle');
    expect(refusing.on(adopted(bob))).toEqual({
      at: 'refusing',
      does: [wished({ type: 'chat.refused' }, bob)],
      changes: {},
    });
  });

  it('has a chat whose name and archive are kept', () => {
    const numbered = play(adopted()).after(assigned('refused'));
    expect(numbered.on(archived())).toEqual({
      at: 'refusing',
      does: [marked({ ...chat3, archived: true })],
      changes: { archived: true },
    });
    expect(numbered.on(named('Plans'))).toEqual({
      at: 'refusing',
      does: [marked({ ...chat3, name: 'Plans' }), wished({ type: 'chat.renamed', name: 'Plans' })],
      changes: { name: 'Plans' },
    });
    expect(numbered.on(left).does).toEqual([wished({ type: 'chat.gone' })]);
  });
});

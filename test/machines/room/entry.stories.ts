import { describe, expect, it } from 'vitest';
import { AgentId } from '../../../machines/ids.ts';
import type { RoomEvent } from '../../../machines/room.events.ts';
import { messages } from '../../../src/diagrams/happenings.ts';
import { idle } from './scenes.ts';
import {
  agent,
  ann,
  assigned,
  bob,
  bystander,
  command,
  id,
  invited,
  joined,
  joins,
  left,
  marked,
  memberLeft,
  play,
  resumed,
  say,
  wished,
  encrypted,
} from './story.ts';

const other = AgentId.parse('other');
const pointing = play(invited(ann, agent, 'entry'), joined);
const noAgent = (answers: string | null) => say({ key: 'no agent for you', contact: null }, answers);
const asksForAccess = (answers: string | null) =>
  wished({ type: 'access.wanted', answers: answers === null ? null : id(answers) });
const chats: RoomEvent = { type: 'command.chats', eventId: id('chats'), sender: ann, all: true };
const newChat: RoomEvent = { type: 'command.new', eventId: id('new'), sender: ann, name: 'Plans', more: true };
const unarchive: RoomEvent = { type: 'command.unarchive', eventId: id('unarchive'), sender: ann, number: 2 };

const answeredHere = new Set<string>([
  ...['bystander.spoke', 'command.unknown', 'command.help', 'command.whoami', 'command.agent'],
  ...['command.new', 'command.chats', 'command.unarchive', 'command.language'],
]);
/** What leads to the chats in an entry room: all that means nothing of its own there. */
const leads = messages.filter(({ type }) => !answeredHere.has(type));

describe('an entry room', () => {
  it('joins, writes its marker and asks for the chats', () => {
    expect(play().on(invited(ann, agent, 'entry'))).toEqual({
      at: 'pointing',
      does: [joins(true)],
      changes: { person: ann, agent, contextId: '7', role: 'entry' },
    });
    expect(play(invited(ann, agent, 'entry')).on(joined)).toEqual({
      at: 'pointing',
      does: [marked({ kind: 'entry' }), asksForAccess(null)],
      changes: {},
    });
  });

  it.each(leads)('points to the chats: $type', (event) => {
    expect(pointing.on(event)).toEqual({ at: 'pointing', does: [asksForAccess('message')], changes: {} });
  });

  it('answers what means the same everywhere', () => {
    expect([command('help'), command('whoami'), command('agent'), newChat, chats, unarchive].map(pointing.on)).toEqual(
      [
        say({ key: 'help', inSpace: true, entry: true }, 'help'),
        say({ key: 'you are', person: ann }, 'whoami'),
        say({ key: 'your agent', agent, configured: true, entry: true }, 'agent'),
        wished({ type: 'chat.wanted', answers: id('new'), name: 'Plans' }),
        wished({ type: 'chats.asked', answers: id('chats'), all: true }),
        wished({ type: 'unarchive.wanted', answers: id('unarchive'), number: 2 }),
      ].map((effect) => ({ at: 'pointing', does: [effect], changes: {} })),
    );
  });

  it('names only commands that do something there', () => {
    const unknown: RoomEvent = { type: 'command.unknown', eventId: id('u'), sender: ann, name: 'stpo' };
    expect(pointing.on(unknown).does).toEqual([say({ key: 'unknown command', name: 'stpo', place: 'entry' }, 'u')]);
  });

  it('leads to the chats where it is encrypted, once: what is written here is never read', () => {
    const asked = { at: 'pointing', does: [asksForAccess('encrypted')], changes: { encrypted: true } };
    expect(pointing.on(encrypted)).toEqual(asked);
    expect(pointing.after(encrypted).on(encrypted)).toEqual({ at: 'pointing', does: [], changes: {} });
    const known = play({ ...invited(ann, agent, 'entry'), encrypted: true } as RoomEvent, joined);
    expect([known.context.encrypted, known.on(encrypted).does]).toEqual([true, []]);
  });

  it('tells a bystander once whose room it is', () => {
    expect(pointing.on(bystander()).does).toEqual([say({ key: 'only for', person: ann }, 'bystander')]);
    expect(pointing.after(bystander()).on(bystander()).does).toEqual([]);
  });

  it('notes another agent without a word', () => {
    expect(pointing.on(assigned('entry', other, 'default'))).toEqual({
      at: 'pointing',
      does: [],
      changes: { agent: other, assignment: 'default' },
    });
  });

  it('refuses when its person may no longer talk to an agent', () => {
    expect(pointing.on(assigned('refused'))).toEqual({
      at: 'refusing',
      does: [noAgent(null)],
      changes: { role: 'refused', noticed: true },
    });
  });

  it('is the chat of its person once each has one chat', () => {
    expect(pointing.on(assigned('chat', other, 'default'))).toEqual({
      at: 'idle',
      does: [marked({ agent: other }), say({ key: 'greeting', defaultAgent: true, inSpace: false }, null)],
      changes: { role: 'chat', agent: other, assignment: 'default', noticed: true },
    });
  });

  it('has no chat to lose when the bot is removed', () => {
    expect(pointing.on(left)).toEqual({ at: 'left', does: [], changes: {} });
  });

  it('minds no leaving and no restart', () => {
    expect([memberLeft(), resumed].map(pointing.on)).toEqual(
      [0, 1].map(() => ({ at: 'pointing', does: [], changes: {} })),
    );
  });

  it('takes the place of a conversation when its next person has a Space', () => {
    expect(idle.on(invited(bob, agent, 'entry'))).toEqual({
      at: 'pointing',
      does: [joins(true)],
      changes: { person: bob, role: 'entry' },
    });
  });
});

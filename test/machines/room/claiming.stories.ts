import { describe, expect, it } from 'vitest';
import { ContextId, RoomId } from '../../../machines/ids.ts';
import type { RoomEvent } from '../../../machines/room.events.ts';
import {
  agent,
  ann,
  archived,
  bob,
  assigned,
  claimed,
  encrypted,
  joined,
  left,
  marked,
  memberLeft,
  named,
  play,
  resumed,
  say,
  stranger,
  text,
} from './story.ts';

describe('a room that nobody is known in', () => {
  it('belongs to whoever speaks first', () => {
    expect(play().on(claimed('chat', 'default'))).toEqual({
      at: 'idle',
      does: [marked({ contextId: ContextId.parse('1') })],
      changes: { person: ann, agent, assignment: 'default' },
    });
    expect(play(claimed()).on(text('1')).at).toBe('asking / waiting for a place');
  });

  it('points whoever speaks first to the chats', () => {
    expect(play().on(claimed('entry'))).toEqual({
      at: 'pointing',
      does: [marked({ kind: 'entry', contextId: ContextId.parse('1') })],
      changes: { person: ann, agent, role: 'entry' },
    });
  });

  it('stays so when somebody speaks who may not talk to an agent, which they hear once', () => {
    expect(play().on(stranger())).toEqual({
      at: 'unclaimed',
      does: [say({ key: 'no agent for you', contact: null }, 'stranger')],
      changes: { told: [bob] },
    });
    const told = play(stranger());
    expect(told.on(stranger())).toEqual({ at: 'unclaimed', does: [], changes: {} });
    expect(told.on(claimed()).changes).toEqual({ person: ann, agent });
  });

  it('writes no marker of a chat in the making whose person is refused by now', () => {
    expect(play().on(claimed('refused'))).toEqual({
      at: 'refusing',
      does: [],
      changes: { person: ann, agent, role: 'refused' },
    });
  });

  it('has its number where it is a chat in the making', () => {
    const chat = { number: 3, name: 'Chat 3' };
    expect(play().on(claimed('chat', 'configured', chat))).toEqual({
      at: 'idle',
      does: [marked({ ...chat, contextId: ContextId.parse('1') })],
      changes: { person: ann, agent, ...chat },
    });
  });

  it('says that nothing can be read where it is encrypted', () => {
    expect(play().on(encrypted)).toEqual({
      at: 'unclaimed',
      does: [say({ key: 'room is encrypted' }, 'encrypted')],
      changes: { encrypted: true },
    });
  });

  it('has nobody to tell when the bot is removed', () => {
    expect(play().on(left)).toEqual({ at: 'left', does: [], changes: {} });
  });

  it('minds nothing that is about a person', () => {
    const events: RoomEvent[] = [
      { type: 'room.replaced', replacement: RoomId.parse('!new:example.org') },
      ...[joined, archived(), named('New'), memberLeft(), resumed, assigned('chat'), assigned('refused')],
    ];
    expect(events.map(play().on)).toEqual(events.map(() => ({ at: 'unclaimed', does: [], changes: {} })));
  });
});

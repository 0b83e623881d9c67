import { describe, expect, it } from 'vitest';
import { ContextId, RoomId } from '../../../machines/ids.ts';
import type { Farewell } from '../../../machines/notices.ts';
import type { RoomEvent } from '../../../machines/room.events.ts';
import { blankDiary } from '../../../machines/room.model.ts';
import { each, everywhere, idle, interrupted, streaming } from './scenes.ts';
import {
  adopted,
  agent,
  ann,
  archived,
  bob,
  claimed,
  closed,
  command,
  encrypted,
  hidden,
  id,
  invited,
  joined,
  joins,
  left,
  marked,
  memberLeft,
  named,
  play,
  rename,
  say,
  text,
  wished,
} from './story.ts';

const theirs = { number: 3, name: 'Chat 3' };
const first = { number: 1, name: 'Chat 1' };
const firstChat = (assignment: 'configured' | 'default' = 'configured') => ({ ...adopted(ann, assignment), ...first });
const greeting = (defaultAgent = false) => say({ key: 'greeting', defaultAgent, inSpace: true }, null);
const chat = play(adopted());
/** The states of a conversation in a chat of a Space. */
const numbered = Object.fromEntries(each(everywhere).map(([at, scene]) => [at, scene.after(adopted())]));
const contextId = ContextId.parse('9');
const replacement = RoomId.parse('!new:example.org');

describe('a chat of a Space', () => {
  it('begins when it is adopted', () => {
    expect(play().on(firstChat())).toEqual({
      at: 'idle',
      does: [joins(false), marked({ ...first, contextId }), greeting()],
      changes: { person: ann, agent, contextId: '9', ...first },
    });
    expect(play().on(firstChat('default')).does.at(-1)).toEqual(greeting(true));
  });

  it('greets nobody who has one already', () => {
    expect(play().on(adopted())).toEqual({
      at: 'idle',
      does: [joins(false), marked({ ...theirs, contextId })],
      changes: { person: ann, agent, contextId: '9', ...theirs },
    });
  });

  it.each(each(everywhere))('is adopted around what its person began already: %s', (at, scene) => {
    expect(scene.on(adopted())).toEqual({ at, does: [joins(false), marked(theirs)], changes: theirs });
    expect(scene.on(firstChat()).does).toEqual([joins(false), marked(first), greeting()]);
  });

  it.each(each(everywhere))('is not what is somebody else’s, which is told: %s', (at, scene) => {
    expect(scene.on(adopted(bob))).toEqual({ at, does: [wished({ type: 'chat.refused' }, bob)], changes: {} });
  });

  it('is adopted out of pointing', () => {
    expect(play(invited(ann, agent, 'entry'), joined).on(adopted())).toEqual({
      at: 'idle',
      does: [joins(false), marked({ ...theirs, contextId })],
      changes: { role: 'chat', contextId: '9', ...theirs },
    });
  });

  it('keeps the name that its person gave it while it was made', () => {
    const renamed = play(claimed('chat', 'configured', theirs)).after({ type: 'name.set', name: 'Plans' });
    expect(renamed.on(adopted())).toEqual({
      at: 'idle',
      does: [joins(false), marked({ ...theirs, name: 'Plans', contextId: ContextId.parse('1') })],
      changes: {},
    });
  });

  it('is nobody’s chat any more when somebody else invites the bot', () => {
    expect(chat.after(archived()).on(invited(bob))).toEqual({
      at: 'idle',
      does: [joins(true)],
      changes: { person: bob, contextId: '7', number: null, name: null, archived: false },
    });
  });

  it.each(each(numbered))('tells its person when the bot is removed: %s', (_, scene) => {
    const gone = scene.after(left);
    const { at, does } = scene.on(left);
    expect(at).toBe('leaving');
    expect(does).toEqual([...(scene.context.turn === null ? [] : [closed(), hidden]), wished({ type: 'chat.gone' })]);
    const nothing = { turn: null, waiting: [], unanswered: [], question: null };
    expect(gone.context).toEqual({ ...scene.context, ...nothing, diary: blankDiary, person: null, number: null });
    expect(gone.on(left)).toEqual({ at: 'leaving', does: [], changes: {} });
    expect(gone.on({ type: 'person.told' })).toEqual({ at: 'left', does: [], changes: {} });
  });

  it('may be invited again before its person’s list is without it', () => {
    const again = chat.after(left).after(invited(ann, agent, 'entry'));
    expect([again.at, again.context.number]).toEqual(['pointing', null]);
    expect(again.on({ type: 'person.told' })).toEqual({ at: 'pointing', does: [], changes: {} });
  });

  it.each(each(numbered))('tells its person that it moved: %s', (at, scene) => {
    expect(scene.on({ type: 'room.replaced', replacement })).toEqual({
      at,
      does: [wished({ type: 'chat.moved', replacement, contextId: scene.context.contextId })],
      changes: {},
    });
  });

  it('is not missed where it has no number', () => {
    expect(idle.on({ type: 'room.replaced', replacement })).toEqual({ at: 'idle', does: [], changes: {} });
  });

  it('notes that it is archived', () => {
    expect(chat.on(archived())).toEqual({
      at: 'idle',
      does: [marked({ ...theirs, contextId, archived: true })],
      changes: { archived: true },
    });
    expect(chat.after(archived()).on(archived(false))).toEqual({
      at: 'idle',
      does: [marked({ ...theirs, contextId })],
      changes: { archived: false },
    });
    expect(idle.on(archived())).toEqual({ at: 'idle', does: [], changes: {} });
  });
});

describe('wishes to the person', () => {
  const newChat: Extract<RoomEvent, { type: 'command.new' }> = {
    type: 'command.new',
    eventId: id('new'),
    sender: ann,
    name: null,
    more: true,
  };
  it.each(each(numbered))('for one more are refused where each has one by now: %s', (at, scene) => {
    expect(scene.on({ ...newChat, more: false })).toEqual({
      at,
      does: [say({ key: 'no more chats are made' }, 'new')],
      changes: {},
    });
  });

  const list: RoomEvent = { type: 'command.chats', eventId: id('chats'), sender: ann, all: false };
  const unarchive: RoomEvent = { type: 'command.unarchive', eventId: id('unarchive'), sender: ann, number: null };
  const events = [newChat, list, unarchive, command('archive'), command('help')];

  it.each(each(numbered))('are handed on from a chat of a Space: %s', (at, scene) => {
    expect(events.map(scene.on)).toEqual(
      [
        wished({ type: 'chat.wanted', answers: id('new'), name: null }),
        wished({ type: 'chats.asked', answers: id('chats'), all: false }),
        wished({ type: 'unarchive.wanted', answers: id('unarchive'), number: null }),
        wished({ type: 'archive.wanted', answers: id('archive') }),
        say({ key: 'help', inSpace: true }, 'help'),
      ].map((effect) => ({ at, does: [effect], changes: {} })),
    );
  });

  it.each(each(everywhere))('are refused where the room is the only chat: %s', (at, scene) => {
    expect(events.map(scene.on)).toEqual(
      [
        ...['new', 'chats', 'unarchive', 'archive'].map((command) => say({ key: 'this is your only chat' }, command)),
        say({ key: 'help', inSpace: false }, 'help'),
      ].map((effect) => ({ at, does: [effect], changes: {} })),
    );
  });
});

describe('a name', () => {
  it('is set on the homeserver first', () => {
    expect(chat.on(rename('Plans'))).toEqual({
      at: 'idle',
      does: [['set the name', { name: 'Plans', answers: id('rename') }]],
      changes: {},
    });
    expect(chat.on(rename(null)).does).toEqual([say({ key: 'name is missing' }, 'rename')]);
  });

  it('that is set stands in the marker and in the Space', () => {
    expect(chat.on({ type: 'name.set', name: 'Plans' })).toEqual({
      at: 'idle',
      does: [
        marked({ ...theirs, contextId, name: 'Plans' }),
        wished({ type: 'chat.renamed', name: 'Plans' }),
        say({ key: 'chat is renamed', chat: 'Plans' }, null),
      ],
      changes: { name: 'Plans' },
    });
    expect(chat.after({ type: 'name.set', name: 'Plans' }).on(named('Plans'))).toEqual({
      at: 'idle',
      does: [],
      changes: {},
    });
  });

  it('that is set by hand does too', () => {
    expect(chat.on(named('Plans'))).toEqual({
      at: 'idle',
      does: [marked({ ...theirs, contextId, name: 'Plans' }), wished({ type: 'chat.renamed', name: 'Plans' })],
      changes: { name: 'Plans' },
    });
  });

  it('of a room without a number is only confirmed', () => {
    expect(idle.on({ type: 'name.set', name: 'Plans' }).does).toEqual([
      say({ key: 'chat is renamed', chat: 'Plans' }, null),
    ]);
    expect(idle.on(named('Plans'))).toEqual({ at: 'idle', does: [], changes: {} });
  });

  it('that the homeserver refuses is told with its code', () => {
    expect(chat.on({ type: 'name.refused', name: 'Plans', code: 'M_FORBIDDEN' })).toEqual({
      at: 'idle',
      does: [say({ key: 'name could not be set', code: 'M_FORBIDDEN' }, null)],
      changes: {},
    });
  });
});

describe('an encrypted room', () => {
  const scenes = {
    ...everywhere,
    refusing: play(invited(ann, agent, 'refused'), joined),
  };

  it.each(each(scenes))('says once that nothing can be read: %s', (at, scene) => {
    expect(scene.on(encrypted)).toEqual({
      at,
      does: [say({ key: 'room is encrypted' }, 'encrypted')],
      changes: { encrypted: true },
    });
    expect(scene.after(encrypted).on(encrypted)).toEqual({ at, does: [], changes: {} });
  });

  it('says so instead of a greeting where that is known from the invitation', () => {
    const known = play({ ...invited(), encrypted: true } as RoomEvent);
    expect(known.on(joined).does).toEqual([marked(), say({ key: 'room is encrypted' }, null)]);
    expect(known.after(joined).on(encrypted).does).toEqual([]);
  });
});

describe('a person who leaves', () => {
  it.each(each(everywhere))('takes what runs and what waits along: %s', (at, scene) => {
    const { turn } = scene.context;
    const next = scene.on(memberLeft());
    expect(next).toEqual({
      at: at === 'interrupted' ? at : 'idle',
      does: turn === null ? [] : [closed(), hidden],
      changes: turn === null ? {} : { turn: null },
    });
    expect(scene.after(memberLeft()).timers).toEqual({});
  });

  it('leaves no text waiting', () => {
    expect(streaming.after(text('2')).on(memberLeft())).toEqual({
      at: 'idle',
      does: [closed(), hidden],
      changes: { turn: null, waiting: [] },
    });
  });

  it('is the room’s person, nobody else', () => {
    expect([streaming, interrupted].map((scene) => scene.on(memberLeft(bob)))).toEqual([
      { at: streaming.at, does: [], changes: {} },
      { at: 'interrupted', does: [], changes: {} },
    ]);
  });
});

describe('a state that was lost', () => {
  const lost: RoomEvent = { type: 'memory.lost', eventId: id('unheard') };

  it.each(each(everywhere))('is told under the word that may not have been answered: %s', (at, scene) => {
    expect(scene.on(lost)).toEqual({ at, does: [say({ key: 'memory was lost' }, 'unheard')], changes: {} });
  });

  it.each([...each(everywhere), ['pointing', play(invited(ann, agent, 'entry'), joined)] as const])(
    'is told to the room where nobody knows which word that is: %s',
    (at, scene) => {
      expect(scene.on({ type: 'memory.lost', eventId: null })).toEqual({
        at,
        does: [say({ key: 'notes were damaged' }, null)],
        changes: {},
      });
    },
  );
});

describe('an invite to another room', () => {
  const room = RoomId.parse('!other:example.org');

  it.each([...each(everywhere), ['pointing', play(invited(ann, agent, 'entry'), joined)] as const])(
    'is told to be declined, and why: %s',
    (at, scene) => {
      const told = (why: Farewell) => scene.on({ type: 'invite.declined', room, why });
      expect([told('it is to a Space'), told('it could not be entered')]).toEqual([
        { at, does: [say({ key: 'Spaces are not joined' }, null)], changes: {} },
        { at, does: [say({ key: 'room could not be entered', room }, null)], changes: {} },
      ]);
    },
  );
});

describe('a room that cannot be entered', () => {
  const refused = (code: string): RoomEvent => ({ type: 'join.refused', code });
  const roles = ['chat', 'entry', 'refused'] as const;

  it.each(roles)('is given up, and its person hears so elsewhere: %s', (role) => {
    const { at, does, changes } = play(invited(ann, agent, role)).on(refused('GIVEN_UP'));
    expect({ at, does, person: changes.person }).toEqual({
      at: 'departing',
      does: [['leave the room', { person: ann, why: 'it could not be entered' }]],
      person: null,
    });
  });

  it.each(roles)('is forgotten where the invitation is gone: %s', (role) => {
    const scene = play(invited(ann, agent, role));
    for (const code of ['M_FORBIDDEN', 'M_NOT_FOUND']) expect(scene.on(refused(code)).at).toBe('left');
    expect(scene.on(refused('M_FORBIDDEN')).does).toEqual([]);
    expect(play().on(refused('GIVEN_UP')).at).toBe('left');
  });

  it('is out of a chat that is numbered, as if the bot had been put out', () => {
    expect(play(adopted()).on(refused('GIVEN_UP')).at).toBe('leaving');
    const leaving = play(adopted(), refused('GIVEN_UP'));
    expect(leaving.on(refused('GIVEN_UP'))).toEqual({ at: 'leaving', does: [], changes: {} });
  });

  it('is kept until the bot is out of it, and begins anew with another invitation', () => {
    const departing = play(invited(), refused('GIVEN_UP'));
    for (const more of [left, refused('GIVEN_UP')]) {
      expect(departing.on(more)).toEqual({ at: 'departing', does: [], changes: {} });
    }
    expect(departing.on({ type: 'room.given up' }).at).toBe('left');
    expect(departing.on(invited())).toEqual({
      at: 'idle',
      does: [joins(true)],
      changes: { person: ann },
    });
  });
});

import { describe, expect, it } from 'vitest';
import { type RoomEvent } from '../../../machines/room.events.ts';
import { each, everywhere, idle } from './scenes.ts';
import {
  adopted,
  agent,
  ann,
  bob,
  claimed,
  id,
  invited,
  joined,
  joins,
  left,
  marked,
  play,
  resumed,
  say,
  text,
  wished,
} from './story.ts';

const met: RoomEvent = { type: 'room.joined', company: true };
const declined: RoomEvent = { type: 'company.declined' };
const givenUp: RoomEvent = { type: 'room.given up' };
const overheard: RoomEvent = { type: 'words.overheard', eventId: id('overheard'), sender: bob };
const spoke = (sender = bob, addressed?: true): RoomEvent => ({
  type: 'company.spoke',
  eventId: id('spoke'),
  sender,
  ...(addressed && { addressed }),
});
const goes = [
  'leave the room',
  { person: ann, why: 'others are in the room', lastWord: { key: 'others are here' } },
] as const;

describe('a room that others are in when the bot comes', () => {
  it.each(['chat', 'entry', 'refused'] as const)('is left with a word, and nothing else happens there: %s', (role) => {
    const came = play(invited(ann, agent, role));
    expect(came.on(declined)).toEqual({ at: 'departing', does: [goes], changes: { person: null } });
    expect(came.after(declined).on(joined)).toEqual({ at: 'departing', does: [], changes: {} });
    expect(came.after(declined, joined, resumed, text('late')).on(givenUp)).toEqual({
      at: 'left',
      does: [],
      changes: {},
    });
  });

  it('is the chat of the person where the operator lets it be, and its greeting says so', () => {
    expect(play(invited()).on(met)).toEqual({
      at: 'idle',
      does: [
        marked({ company: true }),
        say({ key: 'greeting', defaultAgent: false, inSpace: false, company: true }, null),
      ],
      changes: { company: true },
    });
  });

  it('says in its help, too, that others are there', () => {
    const help: RoomEvent = { type: 'command.help', eventId: id('help'), sender: ann };
    const does = [say({ key: 'help', inSpace: false, company: true }, 'help')];
    expect(play(invited(), met).on(help)).toEqual({ at: 'idle', does, changes: {} });
  });

  it('leads to the chats of the person where they have a Space', () => {
    expect(play(invited(ann, agent, 'entry')).on(met)).toEqual({
      at: 'pointing',
      does: [marked({ kind: 'entry', company: true }), wished({ type: 'access.wanted', answers: null })],
      changes: { company: true },
    });
  });

  it('is another when somebody else invites the bot', () => {
    const theirs = play(invited(), met);
    expect(theirs.on(invited(bob))).toEqual({
      at: 'idle',
      does: [joins(true)],
      changes: { person: bob, company: false },
    });
  });

  it.each(each(everywhere))('hears nothing of what is not said to the bot: %s', (at, scene) => {
    expect(scene.on(overheard)).toEqual({ at, does: [], changes: {} });
  });
});

describe('a room of several that nobody is known in', () => {
  const tells = say({ key: 'others are here' }, 'spoke');

  it('says once where to go, to whoever speaks', () => {
    expect(play().on(spoke())).toEqual({ at: 'unclaimed', does: [tells], changes: { told: [bob] } });
    const told = play(spoke());
    expect([spoke(), spoke(ann), spoke(bob, true)].map(told.on)).toEqual(
      [0, 1, 2].map(() => ({ at: 'unclaimed', does: [], changes: {} })),
    );
  });

  it('says it again to somebody who asks the bot', () => {
    const told = play(spoke());
    expect(told.on(spoke(ann, true))).toEqual({ at: 'unclaimed', does: [tells], changes: { told: [bob, ann] } });
    expect(told.after(spoke(ann, true)).on(spoke(ann, true)).does).toEqual([]);
  });

  it('tells no more than fifty', () => {
    const crowd = Array.from({ length: 50 }, (_, n) => spoke(`@b${n}:x` as typeof bob, true));
    const told = play(...crowd);
    expect(told.context.told).toHaveLength(50);
    expect(told.on(spoke(bob, true))).toEqual({ at: 'unclaimed', does: [], changes: {} });
  });

  it('minds no words that are not for it, and is nobody’s when the bot is removed', () => {
    expect(play().on(overheard)).toEqual({ at: 'unclaimed', does: [], changes: {} });
    expect(play(spoke()).on(left)).toEqual({ at: 'left', does: [], changes: {} });
  });

  it('is of who speaks to the bot first where the operator lets it be', () => {
    const claim = { ...claimed(), company: true } as RoomEvent;
    expect(play().on(claim)).toEqual({
      at: 'idle',
      does: [marked({ company: true, contextId: '1' as never })],
      changes: { person: ann, agent, company: true },
    });
  });
});

it('a chat that the bot made is one, whoever is there', () => {
  const chat = play(invited(), adopted());
  expect(chat.on(declined)).toEqual({ at: 'idle', does: [], changes: {} });
  expect(chat.on(met)).toEqual(chat.on(joined));
});

it('a chat that is shared with others later stays what it is', () => {
  expect(idle.after(overheard).context).toEqual(idle.context);
});

import { describe, expect, it } from 'vitest';
import { RoomId } from '../../../machines/ids.ts';
import { type PersonEvent } from '../../../machines/person.model.ts';
import {
  access,
  ann,
  asked,
  chat,
  chatSteps,
  couldNot,
  createsChat,
  createsSpace,
  entry,
  gone,
  invitesAgain,
  job,
  links,
  lists,
  making,
  nobody,
  place,
  ready,
  refused,
  room,
  say,
  settled,
  space,
  spaceGone,
  spaceSteps,
  steps,
  wanted,
} from './story.ts';

describe('the Space is gone', () => {
  const elsewhere = RoomId.parse('!elsewhere:example.org');

  it('and the next chat makes one, which takes all of them in', () => {
    const without = settled.after(spaceGone);
    expect([without.at, without.does, without.context]).toEqual(['ready', [], { ...settled.context, space: null }]);
    const made = without.after(wanted(), ...chatSteps('a', 3).slice(0, 1));
    expect(made.does).toEqual([]);
    const first = { ...chatSteps('a', 3)[0]!, space: null } as PersonEvent;
    const making = without.after(wanted(), first);
    expect(making.does).toEqual([createsSpace('a.space', [place(1), place(2, true), place(3)])]);
    expect(making.after(...spaceSteps().slice(0, 1)).does).toEqual([
      ['mark the Space', { operation: 'a.space', space, person: ann }],
      lists(place(1), place(2, true)),
    ]);
  });

  describe('and the person comes back, who needs no chat but a Space', () => {
    const without = settled.after(spaceGone);
    const ofSpace = spaceSteps();
    const theirs = [place(1), place(2, true)];
    const coming = without.after(access());

    it('which is made, takes the chats in, and is where they are invited to', () => {
      expect(without.on(access())).toEqual({
        at: 'making the Space',
        does: [createsSpace('a.space', theirs)],
        changes: { job: job('a') },
      });
      expect(coming.after(...ofSpace.slice(0, 1)).does).toContainEqual(lists(...theirs));
      const done = coming.after(...ofSpace);
      expect([done.at, done.does]).toEqual(['ready', invitesAgain(1)]);
      expect(done.context).toEqual({ ...settled.context, inviting: true });
    });

    it('and hears meanwhile that the chats are there', () => {
      expect(coming.on(access('b'))).toEqual({
        at: 'making the Space',
        does: [['restore access', { person: ann, rooms: [room(1)], origin: entry, answers: asked }]],
        changes: { inviting: true },
      });
    });

    it('and the chat that is wanted meanwhile is made then', () => {
      const then = coming.after(wanted('b'), ...ofSpace);
      expect([then.at, then.does]).toEqual(['making the room', [...invitesAgain(1), createsChat('b', 3)]]);
    });

    it('and hears of a refusal; the next time goes on there', () => {
      const refusedOnce = coming.after(refused({ operation: 'a.space' }));
      expect([refusedOnce.at, refusedOnce.does]).toEqual([
        'ready',
        [
          ['restore access', { person: ann, rooms: [room(1)] }],
          say({ key: 'Space could not be made', code: 'M_FORBIDDEN' }),
        ],
      ]);
      expect(refusedOnce.after(access('b')).does).toEqual([createsSpace('a.space', theirs)]);
      const chatThen = refusedOnce.after(wanted('b'));
      expect([chatThen.does, chatThen.context.nextNumber]).toEqual([[createsChat('a', 3, null, null)], 4]);
    });

    it('and a chat that was refused before stays half-made for the next wish', () => {
      const half = settled.after(wanted(), chatSteps('a', 3)[0]!, refused(), spaceGone);
      const again = half.after(access('b'));
      expect(again.does).toEqual([createsSpace('a.space+', theirs)]);
      const made: PersonEvent = { type: 'space.made', operation: 'a.space+', space: null, room: space };
      expect(again.on(made).does[0]).toEqual(['mark the Space', { operation: 'a.space+', space, person: ann }]);
      const noName = again.after(refused({ operation: 'a.space+' }), wanted('c'));
      expect(noName.does).toEqual([createsSpace('a.space+', [...theirs, place(3)])]);
      expect([noName.context.job?.number, noName.context.job?.room]).toEqual([3, room(3)]);
    });

    it('and a Space that is lost as well is made anew', () => {
      const twice = coming.after(...ofSpace.slice(0, 1), spaceGone);
      expect([twice.at, twice.does]).toEqual(['making the Space', [createsSpace('a.space+', theirs)]]);
    });
  });

  it('before there is one, or was another: nothing changes', () => {
    expect(ready().after(wanted()).on(spaceGone)).toEqual({ at: 'making the room', does: [], changes: {} });
    const another: PersonEvent = { type: 'space.gone', room: elsewhere };
    expect([settled.on(another), settled.after(wanted()).on(another)]).toEqual([
      { at: 'ready', does: [], changes: {} },
      { at: 'making the room', does: [], changes: {} },
    ]);
  });

  it('after a refusal: another one is made, not the lost one found', () => {
    const scene = ready().after(wanted(), ...steps().slice(0, 2), refused(), spaceGone, wanted('b'));
    expect([scene.at, scene.does]).toEqual(['making the Space', [createsSpace('a.space+')]]);
  });

  it.each(making.slice(2))('while a chat is made: another one is made, and the chat in it: %s', (_, scene, left) => {
    const { job } = scene.context;
    expect(scene.on(spaceGone)).toEqual({
      at: 'making the Space',
      does: [createsSpace('a.space+')],
      changes: { space: null, job: { ...job, spaceOperation: 'a.space+' } },
    });
    const again = scene.after(spaceGone);
    // What the lost Space still brings is too late.
    const late = left.slice(0, 1).filter(({ type }) => type !== 'chat.introduced');
    expect(late.map((event) => again.on(event))).toEqual(late.map(() => ({ at: again.at, does: [], changes: {} })));
    const found = again.after(...spaceSteps('a.space+', elsewhere));
    expect([found.at, found.does]).toEqual(['linking the room', [links('a', 1, elsewhere)]]);
    const done = found.after(...chatSteps('a', 1, 'Chat 1', elsewhere).slice(1));
    expect([done.at, done.context]).toEqual([
      'ready',
      { ...nobody, space: elsewhere, nextNumber: 2, chats: [chat(1)] },
    ]);
  });
});

describe('the room in the making is gone', () => {
  it.each(making.slice(1))('which is told, and the next wish makes another: %s', (_, scene) => {
    const within = scene.context.space;
    expect(scene.on(gone(1))).toEqual({ at: 'ready', does: [couldNot('ROOM_GONE')], changes: { job: null } });
    expect(scene.after(gone(1)).on(wanted('b')).does).toEqual([createsChat('b', 2, null, within)]);
    expect(scene.after(wanted('b'), gone(1)).does).toEqual([couldNot('ROOM_GONE'), createsChat('b', 2, null, within)]);
  });

  it('after a refusal: the next wish makes another', () => {
    const scene = ready().after(wanted(), ...steps().slice(0, 3), refused(), gone(1), wanted('b'));
    expect(scene.does).toEqual([createsChat('b', 2)]);
  });

  it('while it is another that is gone: the making goes on', () => {
    const scene = settled.after(wanted());
    expect(scene.on(gone(1))).toEqual({ at: 'making the room', does: [], changes: { chats: [chat(2, true)] } });
  });
});

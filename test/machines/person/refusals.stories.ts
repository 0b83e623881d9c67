import { describe, expect, it } from 'vitest';
import {
  access,
  ann,
  chat,
  chatSteps,
  couldNot,
  createsChat,
  createsSpace,
  type Effect,
  introduces,
  isReady,
  job,
  links,
  making,
  nobody,
  ready,
  refused,
  renamed,
  room,
  space,
  steps,
  wanted,
} from './story.ts';

const renames = (name: string): Effect => [
  'tell the room',
  { room: room(1), event: { type: 'command.rename', eventId: '$asked', sender: ann, name } },
];

describe('a step that is refused', () => {
  it.each(making)('is told, and the next wish goes on there: %s', (at, scene) => {
    expect(scene.on(refused())).toEqual({
      at: 'ready',
      does: [couldNot()],
      changes: { job: null, failed: scene.context.job },
    });
    const again = scene.after(refused(), wanted('b'));
    // The Space is noted when it is made, the room likewise: these need not be made again, everything else is repeated.
    const next: Record<string, [string, Effect]> = {
      'making the room': ['making the room', createsChat('a', 1, null, null)],
      'making the Space': ['making the Space', createsSpace()],
      'marking the Space': ['linking the room', links()],
      'linking the room': ['linking the room', links()],
      'introducing the room': ['linking the room', links()],
    };
    expect([again.at, ...again.does]).toEqual(next[at]);
    expect([again.context.nextNumber, again.context.job?.number]).toEqual([2, 1]);
  });

  const made = making.slice(3);

  it.each(made)('keeps the name of a room that is made already: %s', (_, scene) => {
    const again = scene.after(refused({ operation: 'a' }), access('b'));
    expect(again.after(...steps().slice(steps().length - 2)).context.chats).toEqual([chat(1)]);
  });

  it.each(making.filter(([at]) => at.endsWith('the room')))('is tried again under another name: %s', (at, scene) => {
    const again = scene.after(refused(), wanted('b', { name: 'Plans' }));
    if (at === 'making the room') {
      expect(again.does).toEqual([createsChat('a', 1, 'Plans', null)]);
      return;
    }
    const introducing = again.after(...chatSteps().slice(1, 2));
    expect(introducing.does).toEqual([introduces()]);
    const done = introducing.on(chatSteps()[2]!);
    expect(done).toEqual({
      at: 'ready',
      does: [isReady(1, 'Plans'), renames('Plans')],
      changes: { chats: [chat(1)], job: null, failed: null },
    });
    const settledThen = introducing.after(chatSteps()[2]!, renamed(1, 'Plans'));
    expect(settledThen.context.chats).toEqual([{ ...chat(1), name: 'Plans' }]);
  });

  it('is tried again under another name twice', () => {
    const scene = ready().after(wanted('a', { name: 'One' }), ...steps('a', 1, 'One').slice(0, 3), refused());
    const twice = scene.after(wanted('b', { name: 'Two' }), refused(), wanted('c', { name: 'Two' }));
    expect(twice.after(...chatSteps().slice(1)).does).toEqual([isReady(1, 'Two'), renames('Two')]);
    const back = scene.after(wanted('b', { name: 'Two' }), refused(), wanted('c', { name: 'One' }));
    expect(back.after(...chatSteps().slice(1)).does).toEqual([isReady(1, 'One')]);
  });

  it('leaves the person’s own name for the room alone', () => {
    const scene = ready().after(wanted(), ...steps().slice(0, 3), refused(), renamed(1, 'Mine'), wanted('b'));
    expect(scene.after(...chatSteps().slice(1)).context.chats).toEqual([{ ...chat(1), name: 'Mine' }]);
    const later = ready().after(wanted(), ...steps().slice(0, 3), refused(), wanted('b', { name: 'Two' }));
    const mine = later.after(renamed(1, 'Mine'), ...chatSteps().slice(1));
    expect([mine.does, mine.context.chats]).toEqual([[isReady(1, 'Mine')], [{ ...chat(1), name: 'Mine' }]]);
  });

  it('lets the next one in line go on with what was reached', () => {
    const scene = ready().after(wanted(), wanted('b'), ...steps().slice(0, 3));
    const next = scene.after(refused());
    expect([next.at, next.does]).toEqual(['linking the room', [couldNot(), links()]]);
    expect(next.context.job).toEqual(job('a', { number: 1, room: room(1), name: 'Chat 1' }));
    expect(next.after(...chatSteps().slice(1)).context).toEqual({
      ...nobody,
      ...{ space, nextNumber: 2, chats: [chat(1)] },
    });
  });
});

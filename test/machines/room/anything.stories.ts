import { describe, expect, it } from 'vitest';
import type { AnyStateNode } from 'xstate';
import { roomMachine } from '../../../machines/room.machine.ts';
import { happenings } from '../../../src/diagrams/happenings.ts';
import { each, everywhere, failed, questionFinishing, questionLeft, streamingAble } from './scenes.ts';
import { adopted, agent, ann, assigned, invited, joined, play } from './story.ts';

const scenes = {
  // First, since they alone lead to some transitions: when all are taken, nobody looks for more.
  'a chat of a Space': play(adopted()),
  ...everywhere,
  ...{ failed, questionLeft, questionFinishing, streamingAble },
  unclaimed: play(),
  pointing: play(invited(ann, agent, 'entry'), joined),
  refusing: play(invited(ann, agent, 'refused'), joined),
  'a chat of a Space, refused': play(adopted(), assigned('refused')),
};

function delaysIn(node: AnyStateNode): unknown[] {
  const inside = Object.values(node.states) as AnyStateNode[];
  return [...node.after.map(({ delay }) => delay), ...inside.flatMap(delaysIn)];
}
/** What may run only while a turn does; other regions have delays of their own. */
const delaysOfATurn = delaysIn(roomMachine.getStateNodeById('asking'));

/** Rooms, as text, in which every event was tried: what comes next does not depend on how a room came to be so. */
const tried = new Set<string>();

describe('whatever happens', () => {
  it.each(each(scenes))('any two events have a meaning, and turns and timers end together: %s', (_, scene) => {
    for (const first of happenings(scene.context)) {
      const between = scene.after(first);
      if (between.at === 'left' || tried.has(between.text())) continue;
      tried.add(between.text());
      for (const second of happenings(between.context)) {
        const { at, context, timers } = between.after(second);
        if (at === 'left') continue;
        const asks = at.startsWith('asking');
        const ofATurn = Object.keys(timers).filter((delay) => delaysOfATurn.includes(delay));
        expect([first.type, second.type, context.turn !== null, asks || ofATurn.length === 0]).toEqual([
          first.type,
          second.type,
          asks,
          true,
        ]);
      }
    }
  });

  it('the delays of a turn are known', () => {
    expect(new Set(delaysOfATurn)).toEqual(new Set(['turnLimit', 'backoff', 'questionLimit', 'stopLimit']));
  });
});

import { expect, test } from 'vitest';
import type { Priority } from '../../src/ports.ts';
import { createLanes } from '../../src/matrix/lanes.ts';
import { message } from './support.ts';

const item = (roomName: string, name: string, priority: Priority = 'notice') => ({
  lane: roomName,
  message: message(roomName, name),
  priority,
});
const names = (items: { message: { transaction: string } }[]) => items.map((one) => one.message.transaction);

function takeAll(lanes: ReturnType<typeof createLanes<ReturnType<typeof item>>>): string[] {
  const taken = [];
  while (lanes.ready) {
    const one = lanes.take();
    if (one) taken.push(one);
  }
  return names(taken);
}

test('the most urgent first of a room goes first, the oldest of equals', () => {
  const lanes = createLanes<ReturnType<typeof item>>();
  for (const one of [
    item('a', 'a1', 'edit'),
    item('a', 'a2', 'final'),
    item('b', 'b1', 'notice'),
    item('c', 'c1', 'command'),
    item('d', 'd1', 'final'),
    item('e', 'e1', 'notice'),
  ]) {
    lanes.add(one);
  }
  expect(takeAll(lanes)).toEqual(['d1', 'c1', 'b1', 'e1', 'a1']);
  expect(names(lanes.waiting())).toEqual(['a2']);
});

test('the next of a room comes after its first is done, not after it is put back', () => {
  const lanes = createLanes<ReturnType<typeof item>>();
  const [first, second] = [item('a', 'a1'), item('a', 'a2', 'final')];
  lanes.add(first);
  lanes.add(second);
  expect(lanes.take()).toBe(first);
  expect(lanes.ready).toBe(false);
  lanes.putBack(first);
  expect(takeAll(lanes)).toEqual(['a1']);
  lanes.finish(first);
  expect(takeAll(lanes)).toEqual(['a2']);
  lanes.finish(second);
  expect([lanes.ready, lanes.waiting()]).toEqual([false, []]);
});

test('a held room takes items but gives none', () => {
  const lanes = createLanes<ReturnType<typeof item>>();
  expect(lanes.hold('a')).toBe(true);
  expect(lanes.hold('a')).toBe(false);
  lanes.add(item('a', 'a1'));
  expect(lanes.ready).toBe(false);
  expect(names(lanes.waiting())).toEqual(['a1']);
  lanes.free('a');
  expect(lanes.hold('a')).toBe(false);
  expect(takeAll(lanes)).toEqual(['a1']);
});

test('a room that is freed empty can be held again', () => {
  const lanes = createLanes<ReturnType<typeof item>>();
  expect(lanes.hold('a')).toBe(true);
  lanes.free('a');
  expect(lanes.hold('a')).toBe(true);
});

/** The room as stories: a state built by what really happens, an event, and all that comes of it. */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { roomMachine } from '../../machines/room.machine.ts';
import { transitionsOf } from './coverage.ts';
import { everywhere } from './room/scenes.ts';
import { taken } from './room/story.ts';

const stories = readdirSync(new URL('room/', import.meta.url)).filter((name) => name.endsWith('.stories.ts'));
for (const story of stories) await import(`./room/${story.slice(0, -'.ts'.length)}.ts`);

describe('the scenes', () => {
  it('are what they are called', () => {
    expect(Object.entries(everywhere).map(([, scene]) => scene.at)).toEqual(Object.keys(everywhere));
  });
});

describe('the stories', () => {
  it('took every transition of the chart', () => {
    const all = transitionsOf(roomMachine);
    expect(all.filter((name) => !taken.has(name))).toEqual([]);
    expect(all.length).toBeGreaterThan(50);
  });
});

/** The room as stories: a state built by what really happens, an event, and all that comes of it. */
import { describe, expect, it } from 'vitest';
import { roomMachine } from '../../machines/room.machine.ts';
import './room/people.stories.ts';
import './room/claiming.stories.ts';
import './room/entry.stories.ts';
import './room/refusing.stories.ts';
import './room/agents.stories.ts';
import './room/chats.stories.ts';
import './room/turn.stories.ts';
import './room/reaching.stories.ts';
import './room/queue.stories.ts';
import './room/wording.stories.ts';
import './room/questions.stories.ts';
import './room/stopping.stories.ts';
import './room/clearing.stories.ts';
import './room/resuming.stories.ts';
import './room/clock.stories.ts';
import './room/anything.stories.ts';
import { transitionsOf } from './coverage.ts';
import { everywhere } from './room/scenes.ts';
import { taken } from './room/story.ts';

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

/** The person as stories: what is known, an event, and all that comes of it. */
import { describe, expect, it } from 'vitest';
import { personMachine } from '../../machines/person.machine.ts';
import './person/making.stories.ts';
import './person/refusals.stories.ts';
import './person/chats.stories.ts';
import './person/losses.stories.ts';
import { transitionsOf } from './coverage.ts';
import { making, places, taken } from './person/story.ts';

describe('the scenes', () => {
  it('are what they are called', () => {
    expect(making.map(([, scene]) => scene.at)).toEqual(places);
  });
});

describe('the stories', () => {
  it('took every transition of the chart', () => {
    const all = transitionsOf(personMachine);
    expect(all.filter((name) => !taken.has(name))).toEqual([]);
    expect(all.length).toBeGreaterThan(25);
  });
});

import { describe, expect, it } from 'vitest';
import { AgentId } from '../../../machines/ids.ts';
import { awaitingStatus, beforeTheTurnIsSent, each, everywhere, idle } from './scenes.ts';
import {
  agent,
  claimed,
  ann,
  assigned,
  bob,
  closed,
  command,
  delivered,
  ended,
  granted,
  hidden,
  invited,
  joined,
  marked,
  opened,
  placeWanted,
  play,
  ready,
  say,
  text,
  typing,
  words,
} from './story.ts';

const other = AgentId.parse('other');

describe('the agent of a room', () => {
  const changed = [marked({ agent: other }), say({ key: 'agent changed', agent: 'other' }, null)];
  const begun = Object.fromEntries(Object.entries(everywhere).filter(([at]) => !(at in beforeTheTurnIsSent)));

  it.each(each(begun))('changes, and its person hears of it: %s', (at, scene) => {
    const { turn } = scene.context;
    expect(scene.on(assigned('chat', other, 'default'))).toEqual({
      at,
      does: changed,
      // The agent of before ends what it began.
      changes: { agent: other, assignment: 'default', ...(turn !== null && { turn: { ...turn, agent } }) },
    });
  });

  it.each(each(beforeTheTurnIsSent))('changes before the text is sent, which the new one gets: %s', (_, scene) => {
    expect(scene.on(assigned('chat', other))).toEqual({
      at: 'asking / waiting for a place',
      does: [closed(), hidden, ...changed, typing, ['ask for a place', { turn: 1, agent: other }]],
      changes: { agent: other },
    });
    expect(scene.after(assigned('chat', other)).timers).toEqual({});
  });

  it.each(each(everywhere))('stays the same under another assignment without a word: %s', (at, scene) => {
    expect(scene.on(assigned('chat', agent, 'default'))).toEqual({ at, does: [], changes: { assignment: 'default' } });
  });

  it('is another one, whose session is no surprise', () => {
    const known = awaitingStatus.after(ready({ session: 's1' }), ended('done', 'answer'), delivered());
    const next = known.after(assigned('chat', other));
    expect(next.context.session).toBe(null);
    expect(next.after(text('2'), granted(2), opened(2)).on(ready({ session: 's2' }, 2)).does).toEqual([
      ['send the user message', { turn: 2, text: words('2') }],
    ]);
  });

  it.each(each(everywhere))('is taken away, which ends what runs, and the person is told: %s', (_, scene) => {
    const running = scene.after(text('2'));
    const next = running.on(assigned('refused'));
    expect([next.at, next.does]).toEqual([
      'refusing',
      [closed(running.context.turn?.id), hidden, say({ key: 'no agent for you', contact: null }, null)],
    ]);
    const { context, timers } = running.after(assigned('refused'));
    expect({ context, timers }).toEqual({
      context: { ...idle.context, role: 'refused', noticed: true, turns: running.context.turns },
      timers: {},
    });
  });

  it('is named on !agent', () => {
    expect(idle.on(command('agent')).does).toEqual([say({ key: 'your agent', agent, configured: true }, 'agent')]);
    expect(idle.after(assigned('chat', other, 'default')).on(command('agent')).does).toEqual([
      say({ key: 'your agent', agent: 'other', configured: false }, 'agent'),
    ]);
  });
});

describe('everybody’s agent', () => {
  const greeted = play(invited(ann, agent, 'chat', 'default'), joined);
  const ungreeted = play(claimed('chat', 'default'));

  it('is told of by the greeting, once a room', () => {
    const scene = play(invited(ann, agent, 'chat', 'default'));
    expect(scene.on(joined).does).toContainEqual(say({ key: 'greeting', defaultAgent: true, inSpace: false }, null));
    expect(greeted.context.noticed).toBe(true);
    expect(greeted.on(text('1')).does).toEqual([typing, placeWanted()]);
  });

  it('is told of with the first text where nobody was greeted, once', () => {
    const first = ungreeted.on(text('1'));
    expect([first.at, first.does, first.changes.noticed]).toEqual([
      'asking / waiting for a place',
      [say({ key: 'default agent' }, '1'), typing, placeWanted()],
      true,
    ]);
    const again = ungreeted.after(text('1'), command('stop')).on(text('2'));
    expect([again.at, again.does]).toEqual(['asking / waiting for a place', [typing, placeWanted(2)]]);
    expect(ungreeted.after(text('1')).context.turn?.text).toEqual(words('1'));
  });

  it('is told of with the first text also where commands came before', () => {
    const asked = ungreeted.after(command('help'), command('whoami'), command('agent'));
    expect(asked.on(text('1')).does[0]).toEqual(say({ key: 'default agent' }, '1'));
  });

  it('is told of anew to the next person', () => {
    const next = greeted.after(text('1'), invited(bob, agent, 'chat', 'default'));
    expect(next.context.noticed).toBe(false);
    expect(next.on(text('2')).does[0]).toEqual(say({ key: 'default agent' }, '2'));
  });
});

describe('a greeting', () => {
  it.each(each(everywhere))('is given again on !start: %s', (at, scene) => {
    expect(scene.on(command('start'))).toEqual({
      at,
      does: [say({ key: 'greeting', defaultAgent: false, inSpace: false }, 'start')],
      changes: {},
    });
  });
});

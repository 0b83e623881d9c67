import { describe, expect, it } from 'vitest';
import { ofTheAgent } from '../../../machines/commands.ts';
import { AgentId, ContextId } from '../../../machines/ids.ts';
import type { RoomEvent } from '../../../machines/room.events.ts';
import { each, everywhere, failed, idle, questionLeft, resting, streaming } from './scenes.ts';
import {
  agent,
  ann,
  bob,
  bystander,
  closed,
  command,
  file,
  hidden,
  id,
  invited,
  joined,
  left,
  marked,
  play,
  say,
  text,
} from './story.ts';

describe('people', () => {
  it('an invitation makes the room its person’s', () => {
    expect(play().on(invited())).toEqual({
      at: 'idle',
      does: [['join the room', { greet: true }]],
      changes: { person: ann, agent, contextId: '7' },
    });
  });

  it('the same invitation again only joins again', () => {
    expect(idle.on(invited())).toEqual({ at: 'idle', does: [['join the room', { greet: false }]], changes: {} });
  });

  it('another person’s invitation takes the room over', () => {
    const other = AgentId.parse('other');
    expect(idle.on(invited(bob, other))).toEqual({
      at: 'idle',
      does: [['join the room', { greet: true }]],
      changes: { person: bob, agent: other },
    });
  });

  it.each(each({ ...everywhere, failed, questionLeft }))('takes nothing of the old room over: %s', (_, scene) => {
    const { at, does } = scene.after(bystander()).on(invited(bob));
    expect({ at, does, now: scene.after(bystander(), invited(bob)).context }).toEqual({
      at: 'idle',
      does: [...(scene.context.turn === null ? [] : [closed(), hidden]), ['join the room', { greet: true }]],
      now: { ...idle.context, person: bob, turns: scene.context.turns },
    });
    expect(scene.after(invited(bob)).timers).toEqual({});
  });

  it('leaves no text of the old room waiting', () => {
    expect(streaming.after(text('2')).on(invited(bob))).toEqual({
      at: 'idle',
      does: [closed(), hidden, ['join the room', { greet: true }]],
      changes: { person: bob, turn: null, waiting: [] },
    });
  });

  it('is greeted when the bot is in', () => {
    expect(idle.on(joined)).toEqual({
      at: 'idle',
      does: [marked(), say({ key: 'greeting', defaultAgent: false, inSpace: false }, null)],
      changes: {},
    });
    expect(play(invited(ann, agent, 'chat', 'default')).on(joined).does).toEqual([
      marked(),
      say({ key: 'greeting', defaultAgent: true, inSpace: false }, null),
    ]);
  });

  it.each(each(everywhere))('a bystander is told once whose room it is: %s', (at, scene) => {
    expect(scene.on(bystander())).toEqual({
      at,
      does: [say({ key: 'only for', person: ann }, 'bystander')],
      changes: { told: [bob] },
    });
    expect(scene.after(bystander()).on(bystander())).toEqual({ at, does: [], changes: {} });
  });

  it('fifty bystanders are told, the others of a crowd see it', () => {
    const crowd = Array.from({ length: 50 }, (_, n) => bystander(`@b${n}:x` as typeof bob));
    const told = idle.after(...crowd);
    expect(told.context.told).toHaveLength(50);
    expect([bystander(), bystander('@b0:x' as typeof bob)].map(told.on)).toEqual(
      [0, 1].map(() => ({ at: 'idle', does: [], changes: {} })),
    );
  });

  it.each(each(everywhere))('leaving ends everything: %s', (at, scene) => {
    const turn = scene.context.turn;
    expect(scene.on(left)).toEqual({
      at: 'left',
      does:
        turn === null
          ? []
          : [
              ['close the connection', { turn: turn.id }],
              ['hide typing', {}],
            ],
      changes: {},
    });
    expect(scene.after(left).timers).toEqual({});
    expect(scene.after(left).on(text('late'))).toEqual({ at: 'left', does: [], changes: {} });
  });
});

describe('what is answered everywhere', () => {
  it.each(each(everywhere))('!help, an unknown command, a file: %s', (at, scene) => {
    const unknown: RoomEvent = { type: 'command.unknown', eventId: id('u'), sender: ann, name: 'hlep' };
    expect([scene.on(command('help')), scene.on(unknown), scene.on(file)]).toEqual([
      { at, does: [say({ key: 'help', inSpace: false }, 'help')], changes: {} },
      { at, does: [say({ key: 'unknown command', name: 'hlep', place: 'only chat' }, 'u')], changes: {} },
      { at, does: [say({ key: 'file cannot be read' }, 'file')], changes: {} },
    ]);
  });
});

describe('what the agent keeps', () => {
  const asked = (name: string): RoomEvent => ({ type: 'command.unknown', eventId: id('u'), sender: ann, name });

  it.each(ofTheAgent)('!%s is none of our commands, wherever the person has an agent', (name) => {
    expect(idle.on(asked(name)).does).toEqual([say({ key: 'the agent keeps that', name, place: 'only chat' }, 'u')]);
    const pointing = play(invited(ann, agent, 'entry'), joined);
    expect(pointing.on(asked(name)).does).toEqual([say({ key: 'the agent keeps that', name, place: 'entry' }, 'u')]);
    const refused = play(invited(ann, agent, 'refused'), joined);
    expect(refused.on(asked(name)).does).toEqual([say({ key: 'unknown command', name, place: 'refused' }, 'u')]);
  });
});

describe('a room at rest', () => {
  it.each(each(resting))('has nothing to stop and no open question: %s', (at, scene) => {
    expect([scene.on(command('stop')), scene.on(command('yes')), scene.on(command('no'))]).toEqual([
      { at, does: [say({ key: 'nothing runs' }, 'stop')], changes: {} },
      { at, does: [say({ key: 'no question is open' }, 'yes')], changes: {} },
      { at, does: [say({ key: 'no question is open' }, 'no')], changes: {} },
    ]);
  });

  it('has nothing to retry while all is answered', () => {
    expect(idle.on(command('retry'))).toEqual({
      at: 'idle',
      does: [say({ key: 'nothing to retry' }, 'retry')],
      changes: {},
    });
  });

  it('runs no timer and knows no turn', () => {
    expect([idle.timers, idle.context.turn, idle.context.contextId]).toEqual([{}, null, ContextId.parse('7')]);
  });
});

import { describe, expect, it } from 'vitest';
import type { RoomEvent } from '../../../machines/room.events.ts';
import { asking, beforeTheTurnIsSent, busy, each, everywhere, finishing, stopping, streaming } from './scenes.ts';
import {
  ann,
  closed,
  command,
  delivery,
  ended,
  hidden,
  placeWanted,
  say,
  stopWanted,
  text,
  typing,
  words,
  told,
  id,
} from './story.ts';

const unanswered = [{ text: words('1'), why: 'stopped' }];
const over = [closed(), hidden];

describe('!stop all', () => {
  const all: RoomEvent = { type: 'command.stop', all: true, eventId: id('stop'), sender: ann };
  const dropped = (texts: number) => say({ key: 'line is dropped', texts }, 'stop');
  const scenes = { ...busy, 'asking / awaiting confirmation': asking };

  it.each(each(scenes))('drops what waits, says how much, and does what !stop does: %s', (_, scene) => {
    const waiting = scene.after(text('2'), text('3'));
    const { does, at } = scene.on(command('stop'));
    expect(waiting.on(all).at).toBe(at);
    expect(waiting.after(all).context.waiting).toEqual([]);
    expect(waiting.on(all).does.filter((one) => JSON.stringify(one) === JSON.stringify(dropped(2)))).toHaveLength(1);
    for (const effect of does) expect(waiting.on(all).does).toContainEqual(effect);
  });

  it.each(each(everywhere))('is !stop where nothing waits: %s', (_, scene) => {
    expect(scene.on(all)).toEqual(scene.on(command('stop')));
  });

  it('takes the marks of what waits away', () => {
    const marked = streaming.after(text('2'), { type: 'text.marked', of: id('2'), mark: id('mark') });
    expect(marked.on(all).does).toEqual([['take back', { event: id('mark') }], dropped(1), stopWanted()]);
  });

  it('leaves what was stopped to !retry', () => {
    const over = streaming.after(text('2'), all, ended('stopped', null));
    expect([over.at, over.context.unanswered]).toEqual(['idle', [{ text: words('1'), why: 'stopped' }]]);
  });
});

describe('!stop', () => {
  it.each(each(beforeTheTurnIsSent))('ends at once what the agent has not seen: %s', (_, scene) => {
    expect(scene.on(command('stop'))).toEqual({
      at: 'idle',
      does: [...over, ['say', { notice: { key: 'stopped' }, answers: id('stop'), about: id('1') }]],
      changes: { turn: null, unanswered },
    });
    expect(scene.after(command('stop')).timers).toEqual({});
  });

  it('lets the next text have its turn', () => {
    expect(streaming.after(text('2'), command('stop')).on(ended('stopped', null)).does).toEqual([
      ...over,
      ['say', { notice: { key: 'stopped' }, answers: id('1'), relation: { isReply: true }, turn: 1 }],
      typing,
      placeWanted(2),
    ]);
  });

  it('asks the agent to stop and waits for it five seconds', () => {
    expect(streaming.on(command('stop'))).toEqual({ at: 'asking / stopping', does: [stopWanted()], changes: {} });
    expect(stopping.timers).toEqual({ stopLimit: 5_000 });
  });

  it('closes an open question', () => {
    expect(asking.on(command('stop'))).toEqual({
      at: 'asking / stopping',
      does: [stopWanted()],
      changes: { question: null },
    });
  });

  it('is over when the agent stopped', () => {
    expect(stopping.on(ended('stopped', null))).toEqual({
      at: 'idle',
      does: [...over, told({ key: 'stopped' })],
      changes: { turn: null, unanswered },
    });
  });

  it('delivers the piece that there is', () => {
    expect(stopping.on(ended('stopped', 'half'))).toEqual({
      at: 'asking / finishing',
      does: [delivery('half'), told({ key: 'stopped' })],
      changes: { unanswered },
    });
  });

  it('delivers the answer of an agent that was faster', () => {
    expect(stopping.on(ended('done', 'answer'))).toEqual({
      at: 'asking / finishing',
      does: [delivery('answer')],
      changes: {},
    });
  });

  it('is over when the agent does not stop in time', () => {
    expect(stopping.on(stopping.end('stopLimit'))).toEqual({
      at: 'idle',
      does: [...over, told({ key: 'stopped' })],
      changes: { turn: null, unanswered },
    });
  });

  it('a second time is told that the agent is being stopped', () => {
    expect(stopping.on(command('stop'))).toEqual({
      at: 'asking / stopping',
      does: [say({ key: 'is stopping' }, 'stop')],
      changes: {},
    });
  });

  it('comes too late for an answer that is complete', () => {
    expect(finishing.on(command('stop'))).toEqual({
      at: 'asking / finishing',
      does: [say({ key: 'answer is complete' }, 'stop')],
      changes: {},
    });
  });

  it('makes the turn one that can be retried', () => {
    expect(stopping.after(ended('stopped', null), command('retry')).context.turn?.text).toEqual(words('1'));
  });
});

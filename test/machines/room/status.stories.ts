import { describe, expect, it } from 'vitest';
import { ContextId } from '../../../machines/ids.ts';
import { troubles } from '../../../machines/notices.ts';
import type { RoomEvent } from '../../../machines/room.events.ts';
import type { Task } from '../../../machines/room.model.ts';
import { asking, each, everywhere, finishing, full, idle, stopping, streaming, tooLong, waiting } from './scenes.ts';
import {
  alerted,
  ann,
  clear,
  command,
  delivered,
  ended,
  granted,
  id,
  memberLeft,
  opened,
  ready,
  refused,
  resumed,
  shown,
  text,
  unreachable,
  words,
  type Scene,
} from './story.ts';

const at = (ms: number, event: RoomEvent): RoomEvent => ({ ...event, at: ms }) as never;
const diary = (scene: Scene, ...events: RoomEvent[]) => scene.after(...events).context.diary;
const status: RoomEvent = { type: 'command.status', eventId: id('status'), sender: ann };

describe('!status', () => {
  it.each(each(everywhere))('is answered at once, and changes nothing: %s', (where, scene) => {
    expect(scene.on(status)).toEqual({ at: where, does: [['say the status', { answers: id('status') }]], changes: {} });
    expect(scene.after(status).context).toEqual(scene.context);
  });

  it('is answered in its thread', () => {
    const inThread = { ...status, thread: id('root') } as RoomEvent;
    expect(streaming.on(inThread).does).toEqual([
      ['say the status', { answers: id('status'), relation: { thread: id('root') } }],
    ]);
  });
});

describe('the diary', () => {
  it('has when the turn began, when its agent was asked, and why it was not reached', () => {
    const begun = idle.after(at(1_000, text('1')), at(1_100, granted()));
    expect(begun.context.diary).toEqual({
      run: { turn: 1, began: 1_000, asked: null, trouble: null },
      ended: null,
      missed: null,
    });
    const failed = begun.after(at(1_200, unreachable()));
    expect(failed.context.diary.run).toEqual({ turn: 1, began: 1_000, asked: null, trouble: 'unreachable' });
    const sent = failed.after(failed.end('backoff'), granted(), opened(), at(1_900, ready()));
    expect(sent.context.diary.run).toEqual({ turn: 1, began: 1_000, asked: 1_900, trouble: null });
  });

  it('has the beginning of a turn that is asked again, and of the next one its own', () => {
    const able = idle.after(at(1_000, text('1')), granted(), opened(), ready({ idempotent: true }));
    expect(diary(able, at(9_000, resumed)).run).toEqual({ turn: 1, began: 1_000, asked: 0, trouble: null });
    const next = able.after(text('2'), ended('done', 'answer'), at(5_000, delivered()));
    expect(next.context.diary.run).toEqual({ turn: 2, began: 5_000, asked: null, trouble: null });
    expect(next.context.diary.ended).toEqual({ turn: 1, how: 'answered', trouble: null, at: 5_000 });
  });

  it.each<[string, Scene, RoomEvent, string | null]>([
    ['answered', finishing, delivered(), null],
    ['refused', finishing, refused(), null],
    ['empty', streaming, ended('done', null), null],
    ['failed', streaming, ended('failed', null, 'agent-error'), 'agent-error'],
    ['failed', tooLong, ended('stopped', null), 'too-long'],
    ['failed', tooLong, tooLong.end('stopLimit'), 'too-long'],
    ['interrupted', streaming, ended('failed', null, 'connection-lost'), 'connection-lost'],
    ['interrupted', streaming, resumed, null],
    ['stopped', stopping, ended('stopped', null), null],
    ['stopped', stopping, stopping.end('stopLimit'), null],
    ['stopped', waiting, command('stop'), null],
    ['dropped', streaming.after(clear), ended('stopped', null), null],
    ['dropped', waiting, { type: 'text.withdrawn', of: id('1') }, null],
    ['dropped', asking, memberLeft(), null],
  ])('has how the last turn ended: %s', (how, scene, event, trouble) => {
    const { run, ended: end } = diary(scene, at(7_000, event));
    expect({ run, end }).toEqual({ run: null, end: { turn: 1, how, trouble, at: 7_000 } });
  });

  it.each(troubles)('has why it failed, as its person reads it: %s', (trouble) => {
    const event = ended('failed', null, trouble);
    expect(streaming.on(event).does).toContainEqual(alerted({ key: 'trouble', trouble }));
    expect(diary(streaming, event).ended?.trouble).toBe(trouble);
  });

  it('has the trouble of an agent that was never reached, and of an answer in pieces that it was answered', () => {
    const gone = Array.from({ length: 4 }).reduce<Scene>((scene) => {
      const failed = scene.after(granted(), unreachable());
      return failed.after(failed.end('backoff'));
    }, waiting);
    expect(diary(gone.after(granted()), unreachable()).ended).toEqual({
      ...{ turn: 1, how: 'failed', trouble: 'unreachable', at: 0 },
    });
    const pieces = streaming.after({
      type: 'agent.asked',
      turn: 1 as never,
      question: { id: 'q', text: 'Shall I?', expiresInMs: null },
      said: { answer: { markdown: 'First' } },
    });
    expect(diary(pieces, shown(), ended('done', null)).ended?.how).toBe('answered');
  });

  it('has why it failed also where there is a piece of an answer to deliver first', () => {
    const broken = streaming.after(ended('failed', 'I begin', 'agent-error'));
    expect(diary(broken, delivered()).ended).toEqual({ turn: 1, how: 'failed', trouble: 'agent-error', at: 0 });
    const tried = waiting.after(granted(), unreachable());
    const answers = tried.after(tried.end('backoff'), granted(), opened(), ready(), ended('done', 'answer'));
    expect(answers.context.diary.run?.trouble).toBeNull();
  });

  it('has that a task is done, and of a copy in two halves each', () => {
    const doing = (task: Task) =>
      idle.after(
        at(1_000, { type: 'text.received', text: { ...words('1'), task } }),
        ...[granted(), opened(), at(1_500, ready())],
      );
    const saved = doing({ kind: 'save', name: 'plans' });
    expect(diary(saved, at(7_000, ended('done', null))).ended).toEqual({
      ...{ turn: 1, how: 'done', trouble: null, at: 7_000 },
    });
    expect(diary(saved, at(7_000, ended('failed', null, 'not-saved'))).ended).toEqual({
      ...{ turn: 1, how: 'failed', trouble: 'not-saved', at: 7_000 },
    });
    const copied = doing({ kind: 'branch', name: 'plans', to: ContextId.parse('9'), chat: null });
    expect(diary(copied, at(7_000, ended('done', null)))).toEqual({
      run: { turn: 2, began: 7_000, asked: null, trouble: null },
      ended: { turn: 1, how: 'done', trouble: null, at: 7_000 },
      missed: null,
    });
  });

  it('has that a message was not taken, until another one is', () => {
    const missed = { why: 'not taken', at: 3_000 };
    const beyond = full(streaming).after(at(3_000, text('beyond')));
    expect(beyond.context.diary.missed).toEqual(missed);
    const next = beyond.after(ended('done', null));
    expect([next.context.turn?.text.eventId, next.context.diary.missed]).toEqual([id('q1'), missed]);
    expect(diary(next, text('taken')).missed).toBeNull();
    const longer: RoomEvent = { type: 'text.edited', of: id('q1'), sender: ann, body: 'x'.repeat(2_000_000) };
    expect(diary(full(streaming), at(3_000, longer)).missed).toEqual(missed);
  });

  it('has that what waited was dropped, until something else is asked', () => {
    const all = { type: 'command.stop', all: true, eventId: id('stop'), sender: ann } as const;
    const dropped = streaming.after(text('2'), at(4_000, all));
    expect(dropped.context.diary.missed).toEqual({ why: 'taken out of the line', at: 4_000 });
    const over = dropped.after(ended('stopped', null));
    expect(over.context.diary.missed).toEqual({ why: 'taken out of the line', at: 4_000 });
    expect(diary(over, command('retry')).missed).toBeNull();
    expect(diary(streaming, all).missed).toBeNull();
  });

  it('has that a message of the time away was not passed on, until something is asked', () => {
    const missed: RoomEvent = { type: 'words.missed', text: words('1'), eventId: id('1'), sender: ann };
    const away = idle.after(at(5_000, missed), { type: 'absence.over', awayMs: 7_200_000 });
    expect(away.context.diary.missed).toEqual({ why: 'not passed on', at: 5_000 });
    expect(diary(away, command('retry')).missed).toBeNull();
    expect(diary(away, text('2')).missed).toBeNull();
  });
});

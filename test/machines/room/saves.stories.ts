import { describe, expect, it } from 'vitest';
import { AgentId, ContextId } from '../../../machines/ids.ts';
import { answered } from '../../../machines/room-again.ts';
import type { Wish } from '../../../machines/room.effects.ts';
import type { RoomEvent } from '../../../machines/room.events.ts';
import type { Ask, Task } from '../../../machines/room.model.ts';
import { busy, each, full, idle, resting, streaming, waiting } from './scenes.ts';
import {
  adopted,
  agent,
  alerted,
  ann,
  apart,
  assigned,
  clear,
  command,
  ended,
  granted,
  id,
  marked,
  opened,
  placeWanted,
  ready,
  say,
  told,
  typing,
  unreachable,
  wished,
  type Scene,
} from './story.ts';

const notes = { name: 'notes', at: 5 };
const trips = { name: 'trips', at: 3 };
const both = [notes, trips];
const stamp = '20261128-004500';

const save = (name: string | null): RoomEvent => ({
  type: 'command.save',
  eventId: id('save'),
  sender: ann,
  name,
  stamp,
});
const load = (name: string | null): RoomEvent => ({ type: 'command.load', eventId: id('load'), sender: ann, name });
const branch = (more = true): RoomEvent => ({
  ...{ type: 'command.branch', eventId: id('branch'), sender: ann, name: 'Plan B', more, stamp },
  contextId: ContextId.parse('8'),
});
const toldOf = (ask: Ask, saves = both, answers = ask.for): RoomEvent => ({
  type: 'saves.told',
  answers: id(answers),
  ask,
  saves,
});
const chosen = (number: number): RoomEvent => ({ type: 'choice.made', eventId: id('number'), sender: ann, number });
const accepted: RoomEvent = { type: 'dialog.accepted', eventId: id('yes'), sender: ann };
const declined: RoomEvent = { type: 'dialog.declined', eventId: id('no'), sender: ann };
const clearWanted: RoomEvent = {
  type: 'clear.wanted',
  eventId: id('clear'),
  sender: ann,
  contextId: ContextId.parse('8'),
};
const asksFor = (ask: Ask, answers = ask.for): Wish => ({ type: 'saves.asked', answers: id(answers), agent, ask });
const took = (name: string, task: Task, words: string) => ({
  ...{ eventId: id(name), sender: ann, body: words, replyTo: null, task },
});
/** The agent has the task. */
const atWork = (scene: Scene, can = {}): Scene => scene.after(granted(), opened(), ready(can));
/** What comes of it in words. */
const says = ({ does }: { does: [string, unknown][] }) =>
  does.filter(([type]) => type === 'say' || type === 'tell the person');
const numbered = idle.after(adopted());

describe('!save', () => {
  it.each(each({ ...resting, ...busy }))('asks first which saves there are: %s', (_, scene) => {
    expect(scene.on(save('plans'))).toEqual({
      at: scene.at,
      does: [wished(asksFor({ for: 'save', name: 'plans' }))],
      changes: {},
    });
  });

  it('without a name takes the time for one', () => {
    expect(idle.on(save(null)).does).toEqual([wished(asksFor({ for: 'save', name: 'context-20261128-004500' }))]);
  });

  it.each(['no good', 'ä', '../x', 'a'.repeat(65), ''])('tells the rule for the name %j', (name) => {
    expect(idle.on(save(name)).does).toEqual([say({ key: 'save cannot be called so' }, 'save')]);
  });

  it('of a new name is a turn, whose words are ours', () => {
    const begun = idle.on(toldOf({ for: 'save', name: 'plans' }));
    expect([begun.at, begun.does]).toEqual(['asking / waiting for a place', [typing, placeWanted()]]);
    expect(begun.changes.turn?.text).toEqual(took('save', { kind: 'save', name: 'plans' }, '!save plans'));
    const done = atWork(idle.after(toldOf({ for: 'save', name: 'plans' }))).on({
      ...ended('done', null),
      tokens: 5,
    } as RoomEvent);
    expect([done.at, says(done)]).toEqual([
      'idle',
      [
        wished({ type: 'save.made', save: { name: 'plans', at: 0, agent, contextId: ContextId.parse('7') } }),
        told({ key: 'conversation is saved', save: 'plans' }, 'save'),
      ],
    ]);
    expect(done.changes).toEqual({ turn: null, tokens: { last: 5, total: 5 } });
  });

  it('behind a running turn waits in line', () => {
    const held = streaming.on(toldOf({ for: 'save', name: 'plans' }));
    expect([held.does, held.changes.waiting]).toEqual([
      [apart(), say({ key: 'task waits', what: 'save', save: 'plans' }, 'save')],
      [took('save', { kind: 'save', name: 'plans' }, '!save plans')],
    ]);
    const behind = streaming.after(toldOf({ for: 'save', name: 'plans' }));
    expect(Object.keys(behind.timers)).toEqual(['turnLimit']);
    expect(full(streaming).on(toldOf({ for: 'save', name: 'plans' })).does).toEqual([
      say({ key: 'queue is full', limit: 20 }, 'save'),
    ]);
  });

  it('that fails says what failed, and !retry asks the same again', () => {
    const failed = atWork(idle.after(toldOf({ for: 'save', name: 'plans' })));
    const after = failed.on(ended('failed', null, 'not-saved'));
    const { at, changes } = after;
    expect([at, says(after)]).toEqual([
      'idle',
      [alerted({ key: 'task failed', what: 'save', save: 'plans', trouble: 'not-saved' }, 'save')],
    ]);
    expect(changes.unanswered).toEqual([
      {
        text: took('save', { kind: 'save', name: 'plans' }, '!save plans'),
        why: 'failed',
      },
    ]);
    const again = failed.after(ended('failed', null, 'not-saved'), command('retry'));
    expect(again.context.turn?.text.task).toEqual({ kind: 'save', name: 'plans' });
  });

  it('over another asks before', () => {
    const asks = idle.on(toldOf({ for: 'save', name: 'notes' }));
    expect([asks.at, asks.does]).toEqual(['idle', [say({ key: 'save is there already', save: 'notes' }, 'save')]]);
    expect(asks.changes).toEqual({ dialog: { about: 'an overwrite', name: 'notes' } });
    const open = idle.after(toldOf({ for: 'save', name: 'notes' }));
    expect(open.on(declined)).toEqual({
      at: 'idle',
      does: [say({ key: 'dialog is closed', about: 'an overwrite' }, 'no')],
      changes: { dialog: null },
    });
    const { at, changes } = open.on(accepted);
    expect([at, changes.dialog, changes.turn?.text]).toEqual([
      'asking / waiting for a place',
      null,
      took('yes', { kind: 'save', name: 'notes' }, '!save notes'),
    ]);
    expect(open.on(open.end('dialogLimit'))).toEqual({
      at: 'idle',
      does: [say({ key: 'dialog is closed', about: 'an overwrite', expired: true }, null)],
      changes: { dialog: null },
    });
    expect(streaming.after(toldOf({ for: 'save', name: 'notes' })).on(accepted).changes.waiting).toEqual([
      took('yes', { kind: 'save', name: 'notes' }, '!save notes'),
    ]);
  });
});

describe('a save that a reaction to our question begins', () => {
  const open = waiting.after(toldOf({ for: 'save', name: 'notes' }));
  const reacted = open.after({ ...accepted, reaction: true, replyTo: id('ours') });

  it('is said to be done where the question stands, not where the reaction does', () => {
    const [text] = reacted.context.waiting.slice(-1);
    expect(text).toEqual({
      ...took('yes', { kind: 'save', name: 'notes' }, '!save notes'),
      ...{ replyTo: id('ours'), reaction: true },
    });
    expect(text && answered(text)).toBe(id('ours'));
  });

  it('is not made where the reaction is taken back in time', () => {
    expect(reacted.after({ type: 'text.withdrawn', of: id('yes') }).context.waiting).toEqual(open.context.waiting);
  });
});

describe('!load', () => {
  it('asks first which saves there are, then which of them is meant', () => {
    expect(idle.on(load(null)).does).toEqual([wished(asksFor({ for: 'load', which: null }))]);
    const asks = idle.on(toldOf({ for: 'load', which: null }));
    expect([asks.does, asks.changes]).toEqual([
      [say({ key: 'choose a save', saves: both }, 'load')],
      { dialog: { about: 'a save to load', saves: both } },
    ]);
  });

  it('without saves points to !save', () => {
    expect(idle.on(toldOf({ for: 'load', which: null }, []))).toEqual({
      at: 'idle',
      does: [say({ key: 'no saves' }, 'load')],
      changes: {},
    });
  });

  it.each([
    ['notes', 'notes'],
    ['2', 'trips'],
  ])('of %s needs no list', (which, name) => {
    const { at, changes } = idle.on(toldOf({ for: 'load', which }));
    expect([at, changes.turn?.text.task]).toEqual(['asking / waiting for a place', { kind: 'load', name }]);
  });

  it('of what is not there says so', () => {
    for (const which of ['3', '0', 'other'])
      expect(idle.on(toldOf({ for: 'load', which })).does).toEqual([say({ key: 'no such save', save: which }, 'load')]);
  });

  const choosing = idle.after(toldOf({ for: 'load', which: null }));

  it('takes a number; one out of range leaves the choice open', () => {
    for (const number of [3, 999]) {
      expect(choosing.on(chosen(number))).toEqual({
        at: 'idle',
        does: [say({ key: 'save number is wrong', count: 2 }, 'number')],
        changes: {},
      });
    }
    expect(choosing.on(accepted).does).toEqual([say({ key: 'save number is wrong', count: 2 }, 'yes')]);
    const { at, changes } = choosing.after(chosen(3)).on(chosen(2));
    expect([at, changes.dialog, changes.turn?.text]).toEqual([
      'asking / waiting for a place',
      null,
      took('number', { kind: 'load', name: 'trips' }, '!load trips'),
    ]);
    const waits = streaming.after(toldOf({ for: 'load', which: null })).on(chosen(1));
    expect(waits.changes.waiting).toEqual([took('number', { kind: 'load', name: 'notes' }, '!load notes')]);
  });

  it('is left by 0 and !cancel, and closes by itself', () => {
    expect(choosing.on(declined).does).toEqual([say({ key: 'dialog is closed', about: 'a save to load' }, 'no')]);
    expect(choosing.on(choosing.end('dialogLimit')).does).toEqual([
      say({ key: 'dialog is closed', about: 'a save to load', expired: true }, null),
    ]);
    expect(idle.on(command('cancel')).does).toEqual([say({ key: 'nothing to cancel' }, 'cancel')]);
  });

  it('marks what is loaded when the turn ended well, and keeps the context', () => {
    const loading = atWork(choosing.after(chosen(2)));
    const well = loading.on(ended('done', null));
    expect([well.at, says(well), well.changes]).toEqual([
      'idle',
      [told({ key: 'save is loaded', save: 'trips' }, 'number')],
      { turn: null, loaded: { name: 'trips', at: 0 } },
    ]);
    const gone = loading.on(ended('failed', null, 'save-is-gone'));
    expect([says(gone), gone.changes.loaded]).toEqual([
      [alerted({ key: 'task failed', what: 'load', save: 'trips', trouble: 'save-is-gone' }, 'number')],
      undefined,
    ]);
  });

  it('is forgotten with the conversation', () => {
    const { context } = atWork(choosing.after(chosen(2))).after(ended('done', null), clear);
    expect([context.loaded, context.tokens]).toEqual([null, { last: 0, total: 0 }]);
  });
});

describe('a question of ours', () => {
  it('about what the agent of before has is closed when another takes over', () => {
    const next = idle.after(toldOf({ for: 'load', which: null })).after(assigned('chat', AgentId.parse('another')));
    expect([next.context.dialog, next.on(accepted).does]).toEqual([null, []]);
  });
});

describe('a task', () => {
  const waits = streaming.after(toldOf({ for: 'save', name: 'plans' }));

  it('is not changed by other words of its message, and forgotten with it', () => {
    const edited: RoomEvent = { type: 'text.edited', of: id('save'), sender: ann, body: '!save other' };
    const withdrawn: RoomEvent = { type: 'text.withdrawn', of: id('save') };
    expect([waits.on(edited), waits.on(withdrawn).changes]).toEqual([
      { at: waits.at, does: [], changes: {} },
      { waiting: [] },
    ]);
    const running = atWork(idle.after(toldOf({ for: 'save', name: 'plans' })));
    expect(running.on(edited)).toEqual({ at: running.at, does: [], changes: {} });
    expect(running.on(withdrawn).at).toBe('asking / stopping');
  });
});

describe('!context', () => {
  it('tells what the agent knows here', () => {
    expect(streaming.on(command('context')).does).toEqual([wished(asksFor({ for: 'context' }))]);
    const used = idle.after(toldOf({ for: 'load', which: 'notes' }));
    const scene = atWork(used).after({ ...ended('done', null), tokens: 7 } as RoomEvent, adopted());
    expect(scene.on(toldOf({ for: 'context' })).does).toEqual([
      say(
        {
          ...{ key: 'context', chat: 'Chat 3', number: 3, agent, contextId: ContextId.parse('7') },
          ...{ loaded: { name: 'notes', at: 0 }, tokens: { last: 7, total: 7 }, saves: both },
        },
        'context',
      ),
    ]);
  });
});

describe('!branch', () => {
  it('copies by a save and a load under the new context, and then wishes for the chat', () => {
    const first = atWork(numbered.after(branch()));
    expect([first.context.turn?.contextId, first.context.turn?.text.task]).toEqual([
      '7',
      { kind: 'branch', name: 'branch-20261128-004500', to: '8', chat: 'Plan B' },
    ]);
    const second = first.on(ended('done', null));
    expect([second.at, second.changes.turn?.id, second.changes.turn?.contextId]).toEqual([
      'asking / waiting for a place',
      2,
      '8',
    ]);
    const copied = first.after(ended('done', null), granted(2), opened(2), ready({}, 2));
    const after = copied.on(ended('done', null, null, 2));
    expect([after.at, says(after)]).toEqual([
      'idle',
      [
        told({ key: 'conversation is copied' }, 'branch', 2),
        wished({ type: 'chat.wanted', answers: id('branch'), name: 'Plan B', contextId: ContextId.parse('8') }),
      ],
    ]);
    expect(copied.after(ended('done', null, null, 2)).context.contextId).toBe('7');
  });

  it('is one step where the agent can copy', () => {
    const copying = atWork(numbered.after(branch()), { contexts: true });
    expect(says(copying.on(ended('done', null)))).toEqual([
      told({ key: 'conversation is copied' }, 'branch'),
      wished({ type: 'chat.wanted', answers: id('branch'), name: 'Plan B', contextId: ContextId.parse('8') }),
    ]);
  });

  it('that fails says at which step, and wishes for no chat', () => {
    const first = atWork(numbered.after(branch()));
    const failed = {
      key: 'task failed',
      what: 'branch',
      save: 'branch-20261128-004500',
      trouble: 'agent-error',
    } as const;
    expect(says(first.on(ended('failed', null, 'agent-error')))).toEqual([alerted(failed, 'branch')]);
    const second = first.after(ended('done', null), granted(2), opened(2), ready({}, 2));
    expect(second.on(ended('failed', null, 'agent-error', 2)).does).toContainEqual(
      alerted({ ...failed, isSecondStep: true }, 'branch', 2),
    );
  });

  it('waits behind a running turn, and is refused where there is one chat', () => {
    const busyChat = streaming.after(adopted());
    expect(busyChat.on(branch()).changes.waiting?.map(({ task }) => task?.kind)).toEqual(['branch']);
    expect([numbered, busyChat].map((scene) => scene.on(branch(false)).does)).toEqual([
      [say({ key: 'no more chats are made' }, 'branch')],
      [say({ key: 'no more chats are made' }, 'branch')],
    ]);
    expect([idle, streaming].map((scene) => scene.on(branch()).does)).toEqual([
      [say({ key: 'this is your only chat' }, 'branch')],
      [say({ key: 'this is your only chat' }, 'branch')],
    ]);
  });
});

describe('a clear that is asked for first', () => {
  const open = idle.after(clearWanted);

  it('asks, and keeps everything until the word comes', () => {
    expect(idle.on(clearWanted)).toEqual({
      at: 'idle',
      does: [say({ key: 'clear is meant?' }, 'clear')],
      changes: { dialog: { about: 'a clear', contextId: '8' } },
    });
    expect(open.on(declined).does).toEqual([say({ key: 'dialog is closed', about: 'a clear' }, 'no')]);
    expect(open.on(open.end('dialogLimit')).does).toEqual([
      say({ key: 'dialog is closed', about: 'a clear', expired: true }, null),
    ]);
    const { does, changes } = open.on(clear);
    expect([does, changes]).toEqual([
      [marked({ contextId: ContextId.parse('8') }), say({ key: 'cleared', waiting: 0 }, 'clear')],
      { contextId: '8', dialog: null },
    ]);
  });

  it('may be answered by a reaction, once it stands in the room', () => {
    const shown: RoomEvent = { type: 'dialog.shown', eventId: id('ours') };
    expect(open.on(shown).changes).toEqual({ dialog: { about: 'a clear', contextId: '8', shown: '$ours' } });
    expect(idle.on(shown).changes).toEqual({});
  });

  it('saves first: the clear comes when the save is there', () => {
    expect(open.on(save('plans')).does).toEqual([
      wished(asksFor({ for: 'save', name: 'plans', clears: ContextId.parse('8') })),
    ]);
    expect(open.on(save('no good')).does).toEqual([say({ key: 'save cannot be called so' }, 'save')]);
    const begun = open.after(toldOf({ for: 'save', name: 'plans', clears: ContextId.parse('8') }));
    expect(begun.context.dialog).toBe(null);
    const { does, changes } = atWork(begun).on(ended('done', null));
    expect(does).toEqual(
      expect.arrayContaining([
        wished({ type: 'save.made', save: { name: 'plans', at: 0, agent, contextId: ContextId.parse('7') } }),
        told({ key: 'conversation is saved', save: 'plans', cleared: true }, 'save'),
        marked({ contextId: ContextId.parse('8') }),
      ]),
    );
    expect(changes.contextId).toBe('8');
  });

  it('asks again where the save is not there afterwards, or could not begin', () => {
    const begun = open.after(toldOf({ for: 'save', name: 'plans', clears: ContextId.parse('8') }));
    const { does, changes } = atWork(begun).on(ended('failed', null, 'not-saved'));
    const asksAgain = told({ key: 'clear is meant?', failed: true }, 'save');
    expect(does.filter(([type]) => type === 'say')).toEqual([
      alerted({ key: 'task failed', what: 'save', save: 'plans', trouble: 'not-saved' }, 'save'),
      asksAgain,
    ]);
    expect([changes.dialog, changes.contextId]).toEqual([{ about: 'a clear', contextId: '8' }, undefined]);
    let scene = begun.after(granted());
    for (let tries = 1; tries < 5; tries++)
      scene = scene.after(unreachable(), scene.after(unreachable()).end('backoff'), granted());
    expect(scene.on(unreachable()).does.filter(([type]) => type === 'say')).toEqual([
      alerted({ key: 'task failed', what: 'save', save: 'plans', trouble: 'unreachable' }, 'save'),
      asksAgain,
    ]);
  });

  it('over a save of the same name asks for both words', () => {
    const asks = open.after(toldOf({ for: 'save', name: 'notes', clears: ContextId.parse('8') }));
    expect(asks.context.dialog).toEqual({ about: 'an overwrite', name: 'notes', clears: '8' });
    expect(asks.after(accepted).context.turn?.text.task).toEqual({ kind: 'save', name: 'notes', clears: '8' });
  });
});

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
  resumed,
  say,
  text,
  told,
  typing,
  unreachable,
  wished,
  words,
  type Scene,
  leftBehind,
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
const asksFor = (ask: Ask): Wish => ({
  ...{ type: 'saves.asked', answers: id(ask.for), agent },
  ask: ask.for === 'save' ? { ...ask, of: ContextId.parse('7') } : ask,
});
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
    expect(done.changes).toEqual({ turn: null, tokens: { last: 0, total: 5 } });
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
    // The agent may have been done with the message: one that runs it only once would not save by it.
    const { eventId, repeats } = again.context.turn?.text ?? {};
    expect([eventId, repeats, again.context.unanswered]).toEqual(['$retry', '$save', []]);
    const lost = failed.after(ended('failed', null, 'connection-lost'), command('retry'));
    expect(lost.context.turn?.text).toEqual(took('save', { kind: 'save', name: 'plans' }, '!save plans'));
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

describe('a task in the middle of which the service was killed', () => {
  it('is said not to be done: nobody waits for an answer', () => {
    const saving = atWork(idle.after(toldOf({ for: 'save', name: 'plans' })));
    const told = alerted({ key: 'task failed', what: 'save', save: 'plans', trouble: 'connection-lost' }, 'save');
    expect(saving.on(resumed).does).toContainEqual(told);
  });
});

describe('what is to be saved or copied', () => {
  const plans: Ask = { for: 'save', name: 'plans', of: ContextId.parse('7') };
  const kept = { kind: 'save', name: 'plans', of: '7' };
  const runs = ({ context: { turn } }: Scene) => [turn?.contextId, turn?.text.task];
  const report = (name = 'plans') =>
    ({
      ...{ type: 'save.made', save: { name, at: 0, agent, contextId: ContextId.parse('7') } },
    }) as Wish;

  it('is the conversation in which that was asked, also where it waits while !clear begins another', () => {
    const waits = streaming.after(toldOf(plans), text('2'), clear, ended('stopped', null));
    expect(runs(waits)).toEqual(['7', kept]);
    const done = waits.after(granted(2), opened(2), ready({}, 2)).after(ended('done', null, null, 2));
    expect([done.context.turn?.contextId, done.context.turn?.text]).toEqual(['8', words('2')]);
  });

  it('is it also where nobody had found out yet which saves there are, or whether one is to be replaced', () => {
    expect(runs(idle.after(clear, toldOf(plans)))).toEqual(['7', kept]);
    const replaces = idle.after(toldOf({ ...plans, name: 'notes' }), clear, accepted);
    expect(runs(replaces)).toEqual(['7', { ...kept, name: 'notes' }]);
    const late = idle.after(clear, toldOf({ ...plans, name: 'notes' }), accepted);
    expect(runs(late)).toEqual(['7', { ...kept, name: 'notes' }]);
  });

  it('is saved to its end where !clear comes meanwhile, and by !retry', () => {
    const saving = atWork(idle.after(toldOf(plans)));
    const { at, does } = saving.on(clear);
    expect([at, does]).toEqual([
      saving.at,
      [marked({ contextId: ContextId.parse('8') }), say({ key: 'cleared', waiting: 0 }, 'clear')],
    ]);
    const done = saving.after(clear).on(ended('done', null));
    expect([done.at, says(done)]).toEqual([
      'idle',
      [wished(report()), told({ key: 'conversation is saved', save: 'plans' }, 'save')],
    ]);
    const again = saving.after(clear, ended('failed', null, 'not-saved'), command('retry')).context;
    expect([again.contextId, again.turn?.contextId]).toEqual(['8', '7']);
    const copies = atWork(numbered.after(branch()), { contexts: true }).after(clear).on(ended('done', null));
    expect(says(copies)).toContainEqual(told({ key: 'conversation is copied' }, 'branch'));
  });

  it('is cleared once, where it was to be saved first', () => {
    const first = idle.after(clearWanted, toldOf({ ...plans, clears: ContextId.parse('8') }));
    const done = atWork(first).after(clear).on(ended('done', null));
    expect(says(done)).toEqual([wished(report()), told({ key: 'conversation is saved', save: 'plans' }, 'save')]);
  });

  it('says nothing of the agent’s memory here', () => {
    const known = atWork(numbered.after(branch()), { session: 's1' });
    const second = known.after(ended('done', null), granted(2), opened(2));
    expect(second.on(ready({ session: 's2' }, 2)).does.map(([type]) => type)).toEqual(['send the user message']);
    expect(second.after(ready({ session: 's2' }, 2)).context.session).toBe('s1');
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

describe('a question of ours, where the queue is full', () => {
  const isFull = (answers: string) => say({ key: 'queue is full', limit: 20 }, answers);

  it.each<[string, RoomEvent, RoomEvent, string]>([
    ['which save to load', toldOf({ for: 'load', which: null }), chosen(1), 'number'],
    ['whether to overwrite', toldOf({ for: 'save', name: 'notes' }), accepted, 'yes'],
    ['whether to clear', clearWanted, toldOf({ for: 'save', name: 'plans', clears: ContextId.parse('8') }), 'save'],
  ])('stays open, as the same word is asked for again later: %s', (_, opens, word, answers) => {
    const open = full(streaming).after(opens);
    expect(open.on(word)).toEqual({
      at: open.at,
      does: [isFull(answers)],
      changes: {},
    });
    const later = open.after(word, { type: 'text.withdrawn', of: open.context.waiting[0]?.eventId ?? id('none') });
    expect(later.after(word).context.dialog).toBe(null);
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
          ...{ loaded: { name: 'notes', at: 0 }, tokens: { last: 0, total: 7 }, saves: both },
        },
        'context',
      ),
    ]);
  });

  it('tells how much the agent remembers where it says so, of this conversation only', () => {
    const memory = { messages: 4, tokens: 20, most: 8000, forgotten: 2 };
    const told = { ...ended('done', null), memory } as RoomEvent;
    const running = atWork(idle.after(toldOf({ for: 'save', name: 'plans' })));
    expect(running.on(told).changes.memory).toEqual(memory);
    expect(running.after(told).on(toldOf({ for: 'context' })).does).toEqual([
      say(
        {
          ...{ key: 'context', chat: null, number: null, agent, contextId: ContextId.parse('7'), loaded: null },
          ...{ tokens: { last: 0, total: 0 }, saves: both, memory },
        },
        'context',
      ),
    ]);
    const before = atWork(idle.after(toldOf({ for: 'save', name: 'plans', of: ContextId.parse('6') })));
    expect(before.on(told).changes.memory).toBeUndefined();
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
      { contextId: '8', pushes: leftBehind(), dialog: null },
    ]);
  });

  it('may be answered by a reaction, once it stands in the room', () => {
    const shown: RoomEvent = { type: 'dialog.shown', eventId: id('ours') };
    expect(open.on(shown).changes).toEqual({ dialog: { about: 'a clear', contextId: '8', shown: '$ours' } });
    expect(idle.on(shown).changes).toEqual({});
    const ofAnother: RoomEvent = { ...shown, about: 'a save to load' };
    expect(open.on(ofAnother).changes).toEqual({});
    expect(open.after({ ...ofAnother, about: 'a clear' }).context.dialog?.shown).toBe('$ours');
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

  it('that its person gave up is not done by a save that comes later, runs, waits or is tried again', () => {
    const plans: Ask = { for: 'save', name: 'plans', clears: ContextId.parse('8') };
    const plain = { kind: 'save', name: 'plans' };
    expect(open.after(declined, toldOf(plans)).context.turn?.text.task).toEqual(plain);
    const over: Ask = { ...plans, name: 'notes' };
    expect(open.after(declined, toldOf(over)).context.dialog).toEqual({ about: 'an overwrite', name: 'notes' });
    const failed = atWork(open.after(toldOf(plans))).after(ended('failed', null, 'not-saved'));
    expect(failed.after(declined, command('retry')).context.turn?.text.task).toEqual(plain);
    expect(failed.after(command('retry')).context.turn?.text.task).toEqual({ ...plain, clears: '8' });
    const runs = open.after(toldOf(plans), clearWanted, declined);
    expect(runs.context.turn?.text.task).toEqual(plain);
    const waits = streaming.after(clearWanted, toldOf(plans), clearWanted, declined);
    expect(waits.context.waiting.map(({ task }) => task)).toEqual([plain]);
  });

  it('asks again too where the save takes too long, but not where its person stops it', () => {
    const begun = atWork(open.after(toldOf({ for: 'save', name: 'plans', clears: ContextId.parse('8') })));
    const late = begun.after(begun.end('turnLimit'), ended('stopped', null, 'too-long'));
    expect(late.context.dialog).toEqual({ about: 'a clear', contextId: '8' });
    expect(begun.after(command('stop'), ended('stopped', null)).context.dialog).toBe(null);
  });

  it('over a save of the same name asks for both words', () => {
    const asks = open.after(toldOf({ for: 'save', name: 'notes', clears: ContextId.parse('8') }));
    expect(asks.context.dialog).toEqual({ about: 'an overwrite', name: 'notes', clears: '8' });
    expect(asks.after(accepted).context.turn?.text.task).toEqual({ kind: 'save', name: 'notes', clears: '8' });
    const stays = { key: 'dialog is closed', about: 'a clear' } as const;
    expect(asks.on(declined)).toEqual({ at: 'idle', does: [say(stays, 'no')], changes: { dialog: null } });
  });
});

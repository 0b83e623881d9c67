/** What the room does and says with the saves of its person: which task is due, what became of it. */
import type { Notice, Trouble } from './notices.ts';
import type { RoomEvent } from './room.events.ts';
import {
  SaveName,
  type Ask,
  type Dialog,
  type RoomContext,
  type SaveLine,
  type Task,
  type Text,
} from './room.model.ts';
import type { Save } from './saves.ts';
import { beginTurn, ofAllRooms, personIn, turnOf } from './room-words.ts';
import { timeOf } from './vocabulary.ts';

type Told = Extract<RoomEvent, { type: 'saves.told' }>;

/** What `!save` asks for; null where it cannot be called so (CTX-20, CTX-21). */
export function saveWanted(event: RoomEvent, clears?: Dialog | null): Ask | null {
  if (event.type !== 'command.save') return null;
  const name = event.name ?? `context-${event.stamp}`;
  if (!SaveName.safeParse(name).success) return null;
  return { for: 'save', name, ...(clears?.about === 'a clear' && { clears: clears.contextId }) };
}

/** What is asked for as things stand: a clear that its person gave up meanwhile, or has done, waits for no save. */
export function askedFor({ dialog, contextId }: RoomContext, { ask }: Pick<Told, 'ask'>): Ask {
  if (ask.for !== 'save') return ask;
  const { clears, name, of } = ask;
  return {
    ...{ for: 'save', name },
    ...(clears !== undefined && dialog?.about === 'a clear' && { clears: dialog.contextId }),
    ...(of !== undefined && of !== contextId && { of }),
  };
}

/** The room goes on in another context: what was to be saved or copied is still the conversation of this one. */
export function keptApart({ contextId, turn, waiting, dialog }: RoomContext): Partial<RoomContext> {
  const kept = (text: Text): Text => {
    if (text.task === undefined || text.task.kind === 'load') return text;
    return { ...text, task: { of: contextId, ...withoutClear(text.task) } };
  };
  return {
    turn: turn && { ...turn, text: kept(turn.text) },
    waiting: waiting.map(kept),
    dialog: dialog?.about === 'an overwrite' ? { of: contextId, ...dialog } : dialog,
  };
}

/** The person says no to the clear: what is saved for it is saved all the same. */
export function withoutTheClear({ turn, waiting, unanswered }: RoomContext): Partial<RoomContext> {
  const plain = (text: Text): Text => (text.task === undefined ? text : { ...text, task: withoutClear(text.task) });
  return {
    turn: turn && { ...turn, text: plain(turn.text) },
    waiting: waiting.map(plain),
    unanswered: unanswered.map((one) => ({ ...one, text: plain(one.text) })),
  };
}

/** What is saved all the same. */
function withoutClear<Known extends Task>(task: Known): Known {
  if (task.kind !== 'save') return task;
  const { clears: _, ...save } = task;
  return save as Known;
}

/** The save that is meant, by its name or its number in the list. */
function chosen(saves: readonly SaveLine[], which: string | number): SaveLine | undefined {
  const named = saves.find(({ name }) => name === which);
  const number = typeof which === 'number' || /^\d{1,6}$/.test(which) ? Number(which) : 0;
  return named ?? saves[number - 1];
}

/** Whether the save that is wanted would take the place of another. */
export function isThereAlready(event: RoomEvent): boolean {
  if (event.type !== 'saves.told' || event.ask.for !== 'save') return false;
  const { name } = event.ask;
  return event.saves.some((save) => save.name === name);
}

/** What is to be done with the agent's memory by now; null for nothing yet. */
function taskOf(context: RoomContext, event: RoomEvent): Task | null {
  const { dialog } = context;
  switch (event.type) {
    case 'saves.told': {
      const { saves } = event;
      const ask = askedFor(context, event);
      if (ask.for === 'save') return isThereAlready(event) ? null : saveAs(ask);
      return ask.for === 'load' && ask.which !== null ? loadOf(chosen(saves, ask.which)) : null;
    }
    case 'choice.made':
      return dialog?.about === 'a save to load' ? loadOf(dialog.saves[event.number - 1]) : null;
    case 'dialog.accepted':
      return dialog?.about === 'an overwrite' ? saveAs(dialog) : null;
    case 'command.branch': {
      const { name: chat, contextId: to, stamp } = event;
      return { kind: 'branch', name: `branch-${stamp}`, to, chat };
    }
    default:
      return null;
  }
}

function saveAs({ name, clears, of }: Omit<Extract<Ask, { for: 'save' }>, 'for'>): Task {
  return { kind: 'save', name, ...(clears !== undefined && { clears }), ...(of !== undefined && { of }) };
}

function loadOf(save: SaveLine | undefined): Task | null {
  return save === undefined ? null : { kind: 'load', name: save.name };
}

export function isTaskDue(context: RoomContext, event: RoomEvent): boolean {
  return taskOf(context, event) !== null;
}

/** The text that stands for the task which is due. */
export function textOfTask(context: RoomContext, event: RoomEvent): Text {
  const task = taskOf(context, event);
  if (task === null) throw new Error(`'${event.type}' asks for no task`);
  const eventId = event.type === 'saves.told' ? event.answers : (event as { eventId: Text['eventId'] }).eventId;
  const thread = 'thread' in event ? event.thread : undefined;
  const body = `!${task.kind} ${task.kind === 'branch' ? (task.chat ?? '') : task.name}`.trim();
  const said = { eventId, sender: personIn(context), body, ...(thread !== undefined && { thread }) };
  const { reaction, replyTo = null } = event.type === 'dialog.accepted' ? event : {};
  return { ...said, ...(reaction === true ? { replyTo, reaction } : { replyTo: null }), task };
}

export function taskIn({ turn }: RoomContext): Task | undefined {
  return turn?.text.task;
}

/** An agent without frames for it copies a conversation by saving it, and loading it where the copy is wanted. */
export function isHalfCopied(context: RoomContext): boolean {
  const task = taskIn(context);
  const { contexts, contextId } = turnOf(context);
  return task?.kind === 'branch' && !contexts && contextId !== task.to;
}

/** The same once more, where the copy goes on. */
export function beginSecondHalf(context: RoomContext): Partial<RoomContext> {
  const { text, waited } = turnOf(context);
  if (text.task?.kind !== 'branch') throw new Error('nothing is copied');
  const { turn = null, ...begun } = beginTurn(context, text, waited);
  return { ...begun, turn: turn && { ...turn, contextId: text.task.to } };
}

/** The context that the room goes on in once the running turn has saved the one of before. */
export function contextAfterSave(context: RoomContext): Extract<Task, { kind: 'save' }>['clears'] {
  const task = taskIn(context);
  return task?.kind === 'save' ? task.clears : undefined;
}

/** What the running turn has saved. */
export function savedBy(context: RoomContext, event: RoomEvent): Save {
  const { text, contextId, agent = context.agent } = turnOf(context);
  if (text.task === undefined) throw new Error('nothing is saved');
  return { name: text.task.name, at: timeOf(event), agent, contextId };
}

/** What the person hears of a task that has to wait for the agent. */
export function taskWaits(context: RoomContext, event: RoomEvent): Notice {
  const task = taskOf(context, event);
  if (task === null) throw new Error(`'${event.type}' asks for no task`);
  return { key: 'task waits', what: task.kind, ...(task.kind !== 'branch' && { save: task.name }) };
}

/** What the person hears of a task that went well. */
export function doneWell(context: RoomContext): Notice {
  const task = taskIn(context);
  if (task === undefined) throw new Error('the turn has no task');
  if (task.kind === 'branch') return { key: 'conversation is copied' };
  if (task.kind === 'load') return { key: 'save is loaded', save: task.name };
  return {
    key: 'conversation is saved',
    save: task.name,
    ...(task.clears !== undefined && { cleared: true, ...ofAllRooms(context) }),
  };
}

/** What the person hears of a task that did not go well. */
export function wentWrong(context: RoomContext, trouble: Trouble): Notice {
  const task = taskIn(context);
  if (task === undefined) return { key: 'trouble', trouble };
  const { kind: what, name: save } = task;
  const isSecondStep = what === 'branch' && turnOf(context).contextId === task.to;
  return { key: 'task failed', what, save, trouble, ...(isSecondStep && { isSecondStep }) };
}

export function brokenOff(context: RoomContext, trouble: Trouble | null): Notice {
  return trouble === null ? { key: 'stopped' } : wentWrong(context, trouble);
}

/** What the person hears where the service, or the connection, was lost on the way: of a task nobody waits for an answer. */
export function interruption(context: RoomContext): Notice {
  return taskIn(context) === undefined ? { key: 'interrupted' } : wentWrong(context, 'connection-lost');
}

/** All that `!context` tells (CTX-34). */
export function contextTold(context: RoomContext, { saves }: Pick<Told, 'saves'>): Notice {
  const { name, number, agent, contextId, loaded, tokens, memory } = context;
  const told = { key: 'context', chat: name, number, agent, contextId, loaded, tokens, saves } as const;
  return memory === null ? told : { ...told, memory };
}

/** The question of ours that a notice asks, which may be answered by a reaction; undefined for none. */
export function dialogAskedBy({ key }: Notice): Dialog['about'] | undefined {
  return dialogs[key];
}

const dialogs: { [Key in Notice['key']]?: Dialog['about'] } = {
  'choose a save': 'a save to load',
  'save is there already': 'an overwrite',
  'clear is meant?': 'a clear',
};

/** Of a memory that nothing was said to yet. */
export const noMemory = { loaded: null, tokens: { last: 0, total: 0 }, memory: null };

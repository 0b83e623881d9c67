/** What the room makes of what its agent pushes: the plain functions behind the names of its chart. */
import { markOf, takenAs, type EndPush, type Pushes, type PushTask, type Work, type WorkPush } from './pushes.ts';
import type { RoomEvent } from './room.events.ts';
import type { RoomEffectParams } from './room.effects.ts';
import type { RoomInTheHouse } from './room-limits.ts';
import type { Notice } from './notices.ts';
import type { RoomContext } from './room.model.ts';
import { personIn } from './room-words.ts';
import { as } from './vocabulary.ts';

type Changes = Pick<RoomContext, 'pushes'>;

function pushIn(event: RoomEvent) {
  return as(event, 'agent.pushed').push;
}

/** The push that says that something has ended. Throws on another. */
export function endIn(event: RoomEvent): EndPush {
  const push = pushIn(event);
  if (push.kind === 'progress') throw new Error('nothing has ended');
  return push;
}

export function workIn(event: RoomEvent): WorkPush {
  const push = pushIn(event);
  if (push.kind !== 'progress') throw new Error('nothing goes on');
  return push;
}

/** It is of this room's agent, about the conversation that the room is in. */
export function isOfThisConversation({ agent, contextId }: RoomContext, event: RoomEvent): boolean {
  return event.type === 'agent.pushed' && event.agent === agent && event.contextId === contextId;
}

export function wasPushedBefore({ pushes }: RoomContext, event: RoomEvent): boolean {
  return event.type === 'agent.pushed' && takenAs(pushes, event.push) !== null;
}

function changed({ pushes }: RoomContext, changes: Partial<Pushes>): Changes {
  return { pushes: { ...pushes, ...changes } };
}

export function noted(context: RoomInTheHouse, event: RoomEvent): Changes {
  const known = [...context.pushes.known, markOf(pushIn(event))].slice(-context.limits.mostPushes);
  return changed(context, { known });
}

export function heldBack(context: RoomContext, event: RoomEvent): Changes {
  return changed(context, { held: [...context.pushes.held, endIn(event)] });
}

export function heldNoMore(context: RoomContext): Changes {
  return changed(context, { held: [] });
}

/** From now on the room is in another conversation. */
export function retire(context: RoomContext, most: number): Pushes {
  const { agent, contextId, pushes } = context;
  return { ...pushes, retired: [...pushes.retired, { agent, contextId }].slice(-most) };
}

// ── What has ended ──

/** With words of the agent's own. Its files come behind them. */
export function deliveryOf(context: RoomContext, { id, answer, files }: EndPush): RoomEffectParams['deliver the push'] {
  if (answer === null) throw new Error('the agent says nothing');
  return { push: id, agent: context.agent, person: personIn(context), answer, files };
}

/** Who says nothing and sends files has said it by them, unless something failed. */
export function needsAWord({ answer, files, kind }: EndPush): boolean {
  return answer === null && (kind === 'failed' || files.length === 0);
}

/** It rings: whoever waits for it would be sorry to miss it. */
export function wordOf(context: RoomContext, { kind }: EndPush): RoomEffectParams['say'] {
  const notice: Notice = { key: kind === 'done' ? 'agent is done' : 'agent failed' };
  return { notice, answers: null, mentions: personIn(context) };
}

export function filesOf(context: RoomContext, { files, kind }: EndPush): RoomEffectParams['send the files'] {
  const isAll = kind === 'done' && { isAll: true as const };
  return { agent: context.agent, person: personIn(context), paths: files, answers: null, ...isAll };
}

/** Those that come behind the words. */
export function filesBehind(event: RoomEvent): RoomEffectParams['send the files'] {
  const { agent, person, files } = as(event, 'push.delivered');
  return { agent, person, paths: files, answers: null };
}

// ── What goes on ──

function taskOf({ pushes }: RoomContext, task: string): PushTask | undefined {
  return pushes.tasks.find((one) => one.task === task);
}

/** Quiet, and changed as the task goes on. */
export function workTold({ task, work }: Pick<WorkPush, 'task' | 'work'>): RoomEffectParams['say'] {
  return { notice: noticeOf(work), answers: null, task };
}

function noticeOf(work: Work): Notice {
  return { key: 'agent goes on', ...work };
}

export function isToldAlready(context: RoomContext, event: RoomEvent): boolean {
  return event.type === 'agent.pushed' && taskOf(context, event.push.task) !== undefined;
}

/** The task as it is now; the notice of the oldest goes where there are too many. */
export function taskNoted(context: RoomInTheHouse, event: RoomEvent): Changes {
  const { agent, contextId, pushes } = context;
  const { task, work } = workIn(event);
  const known = taskOf(context, task);
  const fresh: PushTask = { task, agent, contextId, notice: null, work, told: work };
  const now = known === undefined ? fresh : { ...known, work };
  const tasks = [...pushes.tasks.filter((one) => one !== known), now];
  return changed(context, { tasks: tasks.slice(-context.limits.mostPushTasks) });
}

/** The one that makes room for another. */
export function taskTooMany(context: RoomInTheHouse): PushTask | undefined {
  const { tasks } = context.pushes;
  return tasks.length >= context.limits.mostPushTasks ? tasks[0] : undefined;
}

/** Its notice stands in the room, or was refused. */
export function taskStands(context: RoomContext, event: RoomEvent): Changes {
  const { task, eventId } = as(event, 'task.told');
  const known = taskOf(context, task);
  const others = context.pushes.tasks.filter((one) => one !== known);
  if (known === undefined || eventId === null) return changed(context, { tasks: others });
  return changed(context, { tasks: [...others, { ...known, notice: eventId }] });
}

export function isAwaitingItsNotice(context: RoomContext, event: RoomEvent): boolean {
  return event.type === 'task.told' && taskOf(context, event.task)?.notice === null;
}

function isBehind({ notice, work, told }: PushTask): boolean {
  return notice !== null && JSON.stringify(work) !== JSON.stringify(told);
}

/** The tasks whose notices say what is over. */
export function tasksBehind({ pushes }: RoomContext): PushTask[] {
  return pushes.tasks.filter(isBehind);
}

export function tasksToldAnew(context: RoomContext): Changes {
  return changed(context, {
    tasks: context.pushes.tasks.map((one) => (isBehind(one) ? { ...one, told: one.work } : one)),
  });
}

export function changeOf({ notice, work }: PushTask): RoomEffectParams['change the notice'] {
  if (notice === null) throw new Error('no notice tells of the task');
  return { of: notice, notice: noticeOf(work), answers: null };
}

/** The task that has ended. */
export function taskEnded(context: RoomContext, event: RoomEvent): PushTask | undefined {
  return taskOf(context, pushIn(event).task);
}

export function withoutTask(context: RoomContext, event: RoomEvent): Changes {
  const ended = taskEnded(context, event);
  return changed(context, { tasks: context.pushes.tasks.filter((one) => one !== ended) });
}

/** Of another conversation than the one that the room is in. */
export function tasksElsewhere({ agent, contextId, pushes }: RoomContext): PushTask[] {
  return pushes.tasks.filter((one) => one.agent !== agent || one.contextId !== contextId);
}

export function withoutTasksElsewhere(context: RoomContext): Changes {
  const elsewhere = tasksElsewhere(context);
  return changed(context, { tasks: context.pushes.tasks.filter((one) => !elsewhere.includes(one)) });
}

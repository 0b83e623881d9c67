/** What a room is doing, made from its record: the one place where the states of the chart become words for people. */
import type { RoomContext, Turn } from './room.model.ts';
import type { Fate, Stage, Status } from './status.ts';

/** What of a record tells it. */
export interface Recorded {
  value: unknown;
  context: RoomContext;
  timers: readonly { at: number; event: string }[];
}

/** What only the process knows that the turn runs in. */
export interface Heard {
  /** When its agent was last heard, ms since 1970. */
  at: number;
  /** Something of the answer came. */
  begun: boolean;
}

/** `heard`: null where the turn does not run in this process. */
export function statusOf(record: Recorded, now: number, heard: Heard | null = null): Status {
  const { context } = record;
  const { turn, waiting, tray, dialog, company, diary } = context;
  return {
    turn: turn && {
      stage: stageOf(record, turn, now, heard),
      age: ageOf(diary.run?.began, now),
      task: turn.text.task?.kind ?? null,
    },
    line: waiting.length,
    last: fateOf(context, now),
    ...(tray.length > 0 && { files: tray.length }),
    asks: dialog !== null,
    company,
  };
}

/** It in a word, as the log has it. */
export function wordOf({ turn, last }: Status): string {
  if (last.is === 'at work') return turn?.stage.is ?? 'at work';
  return last.is === 'over' ? last.how : last.is;
}

function ageOf(at: number | null | undefined, now: number): number | null {
  return at === undefined || at === null ? null : Math.max(0, now - at);
}

/** The state of the conversation in which a turn runs; the chart's own names where they need no more. */
function stageOf({ value, timers, context }: Recorded, turn: Turn, now: number, heard: Heard | null): Stage {
  const { run } = context.diary;
  const state = leafOf(value);
  switch (state) {
    case 'connecting':
    case 'awaiting status':
    case 'stopping':
      return { is: state };
    case 'backing off':
      return { is: state, tries: turn.attempts, trouble: run?.trouble ?? null };
    case 'streaming': {
      const silent = ageOf(heard?.at ?? run?.asked, now);
      const begun = heard?.begun === true || turn.preview !== null || turn.pieces > 0;
      return { is: begun ? 'answering' : 'asked', silent };
    }
    case 'awaiting confirmation': {
      const due = timers.find(({ event }) => event.startsWith('xstate.after.questionLimit.'));
      return { is: state, left: due === undefined ? null : Math.max(0, due.at - now) };
    }
    case 'finishing':
      return { is: 'delivering' };
    default:
      return { is: 'waiting for a place', position: turn.position };
  }
}

/** The innermost state of the conversation. */
function leafOf(value: unknown): string {
  const serving = within(value, 'serving');
  let state = within(serving, 'conversation');
  while (typeof state === 'object' && state !== null) state = Object.values(state)[0];
  return String(state);
}

function within(value: unknown, state: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[state] : undefined;
}

function fateOf({ turn, turns, waiting, diary: { missed, ended }, unanswered }: RoomContext, now: number): Fate {
  if (missed !== null) return { is: missed.why, age: ageOf(missed.at, now) };
  if (waiting.length > 0) return { is: 'in line', place: waiting.length };
  if (turn !== null) return { is: 'at work' };
  if (ended !== null) return { is: 'over', how: ended.how, trouble: ended.trouble, age: ageOf(ended.at, now) };
  // Records of before do not say how the last turn ended.
  const why = unanswered.at(-1)?.why ?? (turns === 0 ? null : 'answered');
  const how = why === 'missed' ? null : why;
  return how === null ? { is: 'not received' } : { is: 'over', how, trouble: null, age: null };
}

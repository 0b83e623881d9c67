/** What is said of work that goes on, in English: what the agent does, what the room does, and why there is no answer. */
import type { Fate, Stage, Status } from '../../machines/status.ts';
import { amountOf } from './amount.ts';
import { counted, filesWait } from './en-phrases.ts';
import { troubles } from './en-tables.ts';
import type { NoticeWords } from './notices.ts';
import { code, isTooMuch } from './phrases.ts';

type Running = NonNullable<Status['turn']>;

export type ProgressWords = Pick<
  NoticeWords,
  'working' | 'status' | 'agent is done' | 'agent failed' | 'agent goes on'
>;

export const aboutProgress: ProgressWords = {
  working({ on, step, steps }) {
    if (step === null) return on === null ? 'The agent is working on it.' : `Working: ${code(on)}.`;
    const far = steps !== null && step <= steps ? `step ${step} of ${steps}` : `step ${step}`;
    return on === null ? `Working: ${far}.` : `Working: ${code(on)} (${far}).`;
  },

  'agent is done': () => 'The agent says that what you asked for is done.',
  'agent failed': () => 'The agent says that something you asked for didn’t work out. Ask it what happened.',
  'agent goes on'({ on, step, steps }) {
    if (step === null) return on === null ? 'The agent goes on with its work.' : `Still working: ${code(on)}.`;
    const far = steps !== null && step <= steps ? `step ${step} of ${steps}` : `step ${step}`;
    return on === null ? `Still working: ${far}.` : `Still working: ${code(on)} (${far}).`;
  },

  status: ({ turn, line, last, files = 0, asks, company }) =>
    [
      ...(turn === null ? ['Nothing is running here.'] : [running(turn), soFar(turn)]),
      // Whoever has sent a file has sent something.
      (files === 0 || last.is !== 'not received') && fate(last),
      line > 0 && last.is !== 'in line' && waiting(line),
      files > 0 && filesWait(files),
      asks && 'I’m also waiting for your answer to my question above.',
      company && 'Others are here, so I only hear messages that mention me or reply to me.',
    ]
      .filter((sentence) => typeof sentence === 'string' && sentence !== '')
      .join(' '),
};

function running({ stage, task }: Running): string {
  const at = stages[stage.is] as (stage: Stage, does: string) => string;
  return at(stage, task === null ? 'answering' : tasks[task]);
}

const tasks: Record<NonNullable<Running['task']>, string> = {
  save: 'saving this chat',
  load: 'loading what was saved',
  branch: 'copying this chat',
};

const stages: { [Is in Stage['is']]: (stage: Extract<Stage, { is: Is }>, does: string) => string } = {
  'waiting for a place': ({ position }) =>
    position === null
      ? 'I’m about to pass your message on to the agent.'
      : `The agent is busy with other chats, and ${position === 1 ? 'you’re next' : `you’re number ${position} in line`}.`,
  connecting: () => 'I’m connecting to the agent to pass your message on.',
  'awaiting status': () => 'I’m connected to the agent and waiting until it’s ready for your message.',
  'backing off': ({ tries, trouble }) =>
    `${troubles[trouble ?? 'unreachable'].says} I’ve tried ${tries === 1 ? 'once' : `${tries} times`} and keep trying.`,
  asked: ({ silent }, does) =>
    `The agent has your message and is ${does === 'answering' ? 'working on it' : does}.${heard(silent)}`,
  answering: ({ silent }, does) => `The agent is ${does}.${heard(silent)}`,
  'awaiting confirmation': ({ left }) =>
    `The agent is waiting for your answer to its question above: \`!yes\` or \`!no\`?${
      left === null ? '' : ` In ${duration(left)} I’ll take silence as a no.`
    }`,
  stopping: () => 'I’m stopping the answer.',
  delivering: () => 'The answer is complete and on its way to you.',
};

/** Nobody wonders about a moment. */
function heard(silent: number | null): string {
  return silent === null ? '' : ` I last heard from it ${duration(silent)} ago.`;
}

function soFar({ age }: Running): string {
  return age === null ? '' : `That has taken ${duration(age)} so far.`;
}

function waiting(line: number): string {
  return line === 1 ? '1 message is waiting.' : `${line} messages are waiting.`;
}

function fate(last: Fate): string {
  switch (last.is) {
    case 'at work':
      return '';
    case 'in line':
      return last.place === 1 ? 'Your last message is next.' : `Your last message is number ${last.place} in line.`;
    case 'not received':
      return 'I don’t know of any message from you here. If you wrote one, please send it again.';
    case 'not taken':
      return `I couldn’t take your last message${ago(last.age)}, because too many were already waiting. Please send it again.`;
    case 'taken out of the line':
      return `I dropped your last message${ago(last.age)} with what was waiting. If you still want an answer, please send it again.`;
    case 'not passed on':
      return 'I was away when you last wrote, so I didn’t pass that on. If you still need it, please send it again.';
    case 'over':
      return endings[last.how](ago(last.age), last.trouble);
  }
}

const endings: {
  [How in Extract<Fate, { is: 'over' }>['how']]: (
    when: string,
    trouble: Extract<Fate, { is: 'over' }>['trouble'],
  ) => string;
} = {
  answered: (when) => `Your last message was answered${when}.`,
  done: (when) => `What you last asked for was done${when}.`,
  empty: (when) =>
    `The agent finished with your last message${when} without saying anything. \`!retry\` asks again, or try other words.`,
  stopped: (when) => `The answer to your last message was stopped${when}. \`!retry\` asks again.`,
  failed(when, trouble) {
    const { says, retry } = trouble === null ? { says: null, retry: true } : troubles[trouble];
    const why = says === null ? '.' : `. I said why: “${says}”`;
    const smaller = isTooMuch(trouble) ? ' Try asking for it in smaller steps.' : '';
    return `What you last asked for failed${when}${why}${retry ? ' `!retry` tries again.' : smaller}`;
  },
  interrupted: (when) =>
    `I was interrupted${when}, before your last message was answered. The agent may have done part of the work already. ` +
    '`!retry` asks again.',
  refused: (when) =>
    `There’s an answer to your last message, but the chat server didn’t accept it${when}. \`!retry\` tries again.`,
  dropped: (when) =>
    `Your last message was dropped${when}, because this chat was cleared or the message was removed. Just write to go on.`,
};

function ago(age: number | null): string {
  return age === null ? '' : ` ${duration(age)} ago`;
}

/** About how long. */
export function duration(ms: number): string {
  const amount = amountOf(ms);
  return amount === null ? 'a moment' : counted(amount);
}

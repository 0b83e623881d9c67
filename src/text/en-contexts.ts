/** What is said of the agent’s memory, in English: saved, loaded, copied, cleared; and the questions of our own. */
import type { Memory } from '../../machines/memory.ts';
import type { DialogTopic } from '../../machines/notices.ts';
import { troubles } from './en-tables.ts';
import type { NoticeWords } from './notices.ts';
import { code, linesWithin, LIST_BYTES } from './phrases.ts';

type Keys =
  | 'conversation is saved'
  | 'save is loaded'
  | 'conversation is copied'
  | 'task failed'
  | 'task waits'
  | 'save cannot be called so'
  | 'no saves'
  | 'no such save'
  | 'choose a save'
  | 'save number is wrong'
  | 'save is there already'
  | 'clear is meant?'
  | 'dialog is closed'
  | 'nothing to cancel'
  | 'context';

export type ContextWords = Pick<NoticeWords, Keys>;

export const aboutContexts: ContextWords = {
  'conversation is saved': ({ save, cleared, oneMemory }) =>
    cleared === true
      ? `The conversation is saved as ${code(save)}, and ${oneMemory === true ? 'you start over in all your rooms' : 'this chat starts over'}. \`!load\` brings it back.`
      : `The conversation is saved as ${code(save)}. \`!load\` brings it into any chat with this agent.`,

  'save is loaded': ({ save }) => `The agent has read ${code(save)}. Just go on from there.`,

  'conversation is copied': () => 'The conversation is copied. I’m making the chat for it now.',

  'task failed': ({ what, save, trouble, isSecondStep }) => {
    const { says, retry } = troubles[trouble];
    const done = {
      save: `I couldn’t save this conversation as ${code(save)}.`,
      load: `I couldn’t load ${code(save)}.`,
      branch:
        isSecondStep === true
          ? 'I couldn’t make the new chat, because the agent didn’t take in the copy of this one.'
          : 'I couldn’t make the new chat, because the agent didn’t copy this one.',
    }[what];
    return `${done} ${says} ${retry ? '`!retry` tries again.' : 'Nothing here has changed.'}`;
  },

  'task waits': ({ what, save = '' }) => {
    const does = {
      save: `save this conversation as ${code(save)}`,
      load: `have the agent read ${code(save)}`,
      branch: 'copy this conversation into a new chat',
    }[what];
    return `Okay, I’ll ${does} as soon as the agent is free.`;
  },

  'save cannot be called so': () =>
    'A save can’t be called that. Please use up to 64 letters (A to Z), digits, `-` and `_`, like `!save trip_2`.',

  'no saves': () => 'There are no saves with this agent yet. `!save` makes one.',

  'no such save': ({ save }) => `I don’t know a save called ${code(save)}. \`!load\` lists them all.`,

  'choose a save': ({ saves }) => {
    const lines = saves.map((save, index) => `${index + 1}. ${code(save.name)}, ${when(save.at)}`);
    const list = linesWithin(LIST_BYTES, lines, (count) => `\nand ${count} more, which you can load by name`).join(
      '\n',
    );
    return `Which one should the agent read?\n\n${list}\n\nWrite its number, or \`0\` for none.`;
  },

  'save number is wrong': ({ count }) =>
    `Please write ${count === 1 ? 'the number 1' : `a number from 1 to ${count}`}, or \`0\` for none.`,

  'save is there already': ({ save }) =>
    `You already have a save called ${code(save)}. Should I replace it? \`!yes\` or \`!no\`?`,

  'clear is meant?': ({ failed, oneMemory }) => {
    const [what, where] = oneMemory === true ? ['all your rooms', 'in any of them'] : ['this chat', 'here'];
    return failed === true
      ? `So nothing is saved. Should ${what} start over all the same? \`!yes\`, \`!no\`, or \`!save\` to try again.`
      : `Should ${what} start over? The agent will forget what was said ${where}. \`!yes\`, \`!no\`, or \`!save\` to save it first.`;
  },

  'dialog is closed': ({ about, expired }) =>
    expired === true ? `${expiredWords[about]} Just ask again if you still want it.` : closedWords[about],

  'nothing to cancel': () => 'There’s nothing to cancel. `!stop` ends an answer.',

  context: ({ chat, number, agent, contextId, loaded, tokens, memory, saves }) => {
    const lines = [
      ...(chat === null ? [] : [`Chat: ${code(chat)}${number === null ? '' : `, number ${number}`}`]),
      `Agent: ${code(agent)}`,
      `Memory: ${code(contextId)}`,
      `Loaded: ${loaded === null ? 'nothing' : `${code(loaded.name)}, ${when(loaded.at)}`}`,
      `Tokens: ${tokens.total === 0 ? 'unknown' : `${tokens.last} for the last answer, ${tokens.total} in all`}`,
      ...(memory === undefined ? [] : [remembered(memory)]),
      ...(saves.length === 0 ? ['Saves with this agent: none'] : saves.map(savedLine)),
    ];
    const shown = linesWithin(LIST_BYTES, lines, (count) => `and ${count} more saves`);
    return `What the agent knows here:\n\n${shown.map((line) => `- ${line}`).join('\n')}`;
  },
};

const closedWords: Record<DialogTopic, string> = {
  'a save to load': 'Okay, I’m not loading anything.',
  'an overwrite': 'Okay, the save stays as it was.',
  'a clear': 'Okay, everything goes on as it was.',
};

const expiredWords: Record<DialogTopic, string> = {
  'a save to load': 'You didn’t choose a save, so I’ve closed the list.',
  'an overwrite': 'You didn’t answer, so the save stays as it was.',
  'a clear': 'You didn’t answer, so everything goes on as it was.',
};

function remembered({ messages, tokens, most, forgotten }: Memory): string {
  const kept = messages === 1 ? '1 message' : `the last ${messages} messages`;
  const room = `about ${tokens} of at most ${most} tokens`;
  if (messages === 0) return `Remembered: nothing yet, of at most ${most} tokens`;
  return `Remembered: ${kept}, ${room}${forgotten === 0 ? '' : `; ${forgotten === 1 ? 'an older one is' : `${forgotten} older ones are`} forgotten`}`;
}

const clock = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });

/** In UTC: nobody tells the bot where people are. */
function when(at: number): string {
  return `${clock.format(at)} UTC`;
}

function savedLine({ name, at }: { name: string; at: number }): string {
  return `Save: ${code(name)}, ${when(at)}`;
}

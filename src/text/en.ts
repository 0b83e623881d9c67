/** Every sentence that a person reads, in English. */
import { aboutOps as ops } from './en-ops.ts';
import { commandCalled, type Command } from '../../machines/commands.ts';
import { commands, commandsWithOneMemory, farewells, troubles } from './en-tables.ts';
import { aboutChats } from './en-chats.ts';
import { aboutAskingAgain } from './en-again.ts';
import { aboutContexts } from './en-contexts.ts';
import { aboutFiles } from './en-files.ts';
import { filesWait } from './en-phrases.ts';
import { aboutProgress } from './en-progress.ts';
import { topics } from './en-topics.ts';
import type { AnswerWords, NoticeWords, Words } from './notices.ts';
import { readable } from './readable.ts';
import {
  code,
  commandList,
  excerpt,
  isOffered,
  languageChoices,
  linkTo,
  nearestCommand,
  personLink,
  plainly,
  quote,
  worksAt,
} from './phrases.ts';

const answers: AnswerWords = {
  image: (name) => (name === null ? '[image]' : `[image: ${name}]`),
  tooLong: 'This answer is too long to show in full, so it ends here. You get all of it as a file.',
};

/** Where others are in the room. */
const OTHERS_LISTEN = 'Others are here too, so I only listen when you **mention me or reply to me**. Do that';

const notices: NoticeWords = {
  help: ({ inSpace, entry, company, oneMemory }) =>
    entry === true
      ? `I answer in your chats, and this room only leads to them. Here you can use:\n\n${helpFor(({ atTheEntry }) => atTheEntry === true)}`
      : `${company === true ? '**Mention me or reply to me**' : '**Just write**'} to talk to the agent. You can also use:\n\n${helpFor((command) => isOffered(command, inSpace), oneMemory)}`,

  'unknown command': ({ name, place }) => {
    const nearest = nearestCommand(name, (command) => worksAt(command, place));
    const advice =
      nearest !== null
        ? `Did you mean \`!${nearest}\`?`
        : place === 'refused'
          ? 'As long as there’s no agent for you, I only know `!whoami` and `!language` here.'
          : '`!help` shows what I know.';
    return `I don’t know the command ${code(`!${name}`)}. ${advice}`;
  },

  'the agent keeps that': ({ name, place }) =>
    `I don’t have ${code(`!${name}`)}, because settings and skills live with your agent. ` +
    `Just ask it ${place === 'entry' ? 'in your chat' : 'in a message'}.`,

  'words are left': ({ command, words, done, entry }) =>
    done
      ? `I didn’t pass on what you wrote after ${code(`!${command}`)}: ${code(words)}. ` +
        `If it’s for the agent, send it ${entry === true ? 'in your chat' : 'as a separate message'}.`
      : `I left ${code(`!${command}`)} undone, because I’m not sure what ${code(words)} after it means. ` +
        `Write just ${code(usageOf(command))}, or send the rest as a separate message.`,

  'edit came too late': () =>
    'The agent got this message before your edit. `!retry` asks again with the new words, once the answer is complete.',

  'text waits': ({ position }) =>
    `${position === 1 ? 'Got it, you’re next.' : `Got it: ${position} messages are waiting.`} \`!stop\` ends the current answer.`,

  'text waits for its files': () => 'Got it. I’ll pass this on as soon as your files are here.',

  'line is dropped': ({ texts }) =>
    `I’ve dropped ${texts === 1 ? 'the message that was waiting' : `the ${texts} messages that were waiting`}. The agent never saw ${texts === 1 ? 'it' : 'them'}.`,

  'did you mean !stop': () =>
    'Did you mean `!stop`? Without the `!`, I’ll pass your message on to the agent once the current answer is done.',

  'text waits for your word': () =>
    'The agent still needs your answer to its question above: `!yes` or `!no`? I’ll pass this message on after that.',

  'queue is full': ({ limit }) =>
    `I couldn’t take this one, because ${messages(limit)} already waiting. ` +
    `Please send it again once ${limit === 1 ? 'that one is' : 'some of them are'} answered.`,

  'agent is busy': ({ position }) => `${agentIsBusy(position)} Your answer starts by itself.`,

  'texts wait for the busy agent': ({ position, waiting }) =>
    `${agentIsBusy(position)} ${waiting === 1 ? '1 more message is' : `${waiting} more messages are`} waiting behind that.`,

  'thing is not taken': ({ thing }) =>
    `The agent can’t see ${thing === 'poll' ? 'polls' : 'stickers'}. Please say it in words.`,

  'agent asks': ({ text }) =>
    `The agent asks:\n\n${quote(readable(text, answers))}\n\nPlease answer \`!yes\` or \`!no\`.`,

  'question expired': () =>
    'Nobody answered the question in time, so I took that as a no. If you still want it, just ask the agent again.',

  'word is taken': ({ approved, later }) => {
    const word = approved ? '**yes**' : '**no**';
    return later ? `Okay, I’ll pass your ${word} on as soon as the agent is free.` : `Okay, I told the agent ${word}.`;
  },

  'no question is open': () => 'The agent isn’t asking you anything right now. Just write to go on.',

  'is stopping': () => 'I’m already stopping the answer. Give it a moment.',

  stopped: () => 'Stopped. `!retry` asks again, or just write something new.',

  'nothing runs': () => 'There’s nothing to stop right now.',

  'answer is complete': () => 'The answer is complete and on its way, so there’s nothing left to stop.',

  'nothing to retry': () => 'There’s no message here to ask again. Just write your question.',

  'still being written': () => 'Your last message is still being answered. `!stop` ends that.',

  cleared: ({ waiting, files = 0, oneMemory }) =>
    (oneMemory === true
      ? 'You start over in all your rooms: the agent no longer knows what was said in any of them.'
      : 'This chat starts over: the agent no longer knows what was said above.') +
    (waiting === 0 ? '' : ` It goes on with what you sent already: ${messages(waiting)} waiting.`) +
    (files === 0 ? '' : ` ${filesWait(files)}`),

  'cleared elsewhere': () =>
    'You started over in another room, and your rooms share one memory: the agent no longer knows what was said above.',

  'agent starts afresh': () =>
    'The agent has lost its memory of this chat and starts afresh. Please repeat what it needs to know.',

  interrupted: () =>
    'I was interrupted before the answer was complete. The agent may have done part of the work already. ' +
    '`!retry` asks again.',

  'empty answer': () => 'The agent finished without saying anything. `!retry` asks again, or try other words.',

  'answer was refused': ({ tooLarge }) =>
    tooLarge === true
      ? 'The answer is too large for the chat server. Please ask for a shorter one.'
      : 'There is an answer, but the chat server didn’t accept it. `!retry` tries again.',

  trouble: ({ trouble }) => {
    const { says, retry } = troubles[trouble];
    return `${says} ${retry ? '`!retry` asks again.' : 'Try asking for it in smaller steps.'}`;
  },

  'only for': ({ person }) =>
    `Here I only answer ${personLink(person)}. To talk to me, invite me to a room of your own.`,

  greeting: ({ defaultAgent, inSpace, company, oneMemory, name, agent }) => {
    const hello = name === undefined ? 'Hello!' : `Hello ${plainly(name)}!`;
    const who = agent === undefined ? null : plainly(agent);
    const answers = defaultAgent
      ? `${who === null ? 'the default agent' : `${who}, the default agent,`} answers here. Once you have an agent of your own, it takes over by itself.`
      : `${who ?? 'your agent'} answers here.`;
    const list = helpFor((command) => command.atFirst && isOffered(command, inSpace), oneMemory);
    return `${hello} ${company === true ? OTHERS_LISTEN : '**Just write**'}, and ${answers} Useful commands:\n\n${list}`;
  },

  'default agent': () =>
    'You don’t have an agent of your own yet, so the default one answers here. Once you have one, it takes over by itself.',

  'agent changed': ({ agent }) => `From now on, ${code(agent)} answers here. It may not know what was said above.`,

  'no agent for you': ({ contact }) =>
    'There’s no agent for you yet, so I can’t answer here.' +
    (contact === null ? ' Please ask the people who run this service for access.' : `\n\n${excerpt(contact)}`),

  ...aboutAskingAgain,

  ...aboutChats,

  ...aboutContexts,

  ...aboutFiles,

  ...aboutProgress,

  'room is encrypted': () =>
    'This room is encrypted, so I can’t read what you write here. Please make a room without encryption and invite me there.',

  'your agent': ({ agent, configured, entry }) => {
    const where = entry === true ? 'In your chats' : 'Here';
    return configured
      ? `${where} you talk to ${code(agent)}.`
      : `${where} you talk to ${code(agent)}, the default agent, because you don’t have one of your own yet.`;
  },

  'you are': ({ person }) => `You are ${code(person)}. Whoever sets up an agent for you needs this ID.`,

  'language is': () => `I speak English with you. To change that: ${languageChoices}.`,

  'language is chosen': () => 'Okay, I speak English with you now, here and in all your other rooms.',

  'no such language': ({ language }) => `I don’t speak ${code(language)} yet. You can choose: ${languageChoices}.`,

  'memory was lost': () =>
    'I may have missed something here. If you’re still waiting for an answer, please send your message again.',

  'notes were damaged': () =>
    'Some of my notes about this room were damaged, so I may have lost track. If you’re still waiting for something, ' +
    'please ask again.',

  'Spaces are not joined': () =>
    'I don’t join other people’s Spaces, because nobody can read there what I write. Please invite me to a room instead.',

  'room could not be entered': ({ room }) =>
    `I couldn’t get into the room you invited me to (${linkTo(room, 'this one')}). Please invite me to a new one.`,

  'others are here': ({ room }) =>
    room === undefined
      ? 'I talk with one person at a time, so I don’t answer where others read along. ' +
        'Start a direct chat with me, and I’ll answer you there.'
      : `I didn’t join ${linkTo(room, 'that room')}, because others can read along there. I talk with one person at a time.`,

  'room is troubled': () =>
    'Something keeps going wrong here, so I can’t answer for now. Please tell the people who run this service.',
};

/** What is said in English. */
export const en: Words = { answers, notices, commands, farewells, topics, ops };

function helpFor(offered: (command: Command) => boolean, oneMemory = false): string {
  return commandList(oneMemory ? commandsWithOneMemory : commands, 'also', offered);
}

/** How a command is written. */
function usageOf(name: string): string {
  const known = commandCalled(name);
  const { args }: { args?: string } = known === undefined ? {} : commands[known.name];
  return `!${name}${args === undefined ? '' : ` ${args}`}`;
}

function agentIsBusy(position: number): string {
  const place = position === 1 ? 'you’re next' : `you’re number ${position} in line`;
  return `The agent is busy with other chats, and ${place}.`;
}

function messages(count: number): string {
  return count === 1 ? '1 message is' : `${count} messages are`;
}

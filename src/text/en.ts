/** Every sentence that a person reads, in English. */
import { commandCalled, type Command } from '../../machines/commands.ts';
import { commands, farewells, troubles } from './en-tables.ts';
import { aboutChats, LIST_BYTES } from './en-chats.ts';
import { topics } from './en-topics.ts';
import type { AnswerWords, NoticeWords, Words } from './notices.ts';
import { readable } from './readable.ts';
import {
  code,
  commandList,
  excerpt,
  isOffered,
  linesWithin,
  linkTo,
  nearestCommand,
  personLink,
  quote,
  roomLink,
} from './phrases.ts';

const answers: AnswerWords = {
  image: (name) => (name === null ? '[image]' : `[image: ${name}]`),
  tooLong: 'This answer is too long to show in full, so it ends here. Please ask for the rest in smaller pieces.',
};

/** Where others are in the room. */
const OTHERS_LISTEN = 'Others are here too, so I only listen when it is for me: **mention me or reply to me**';

const notices: NoticeWords = {
  help: ({ inSpace, entry }) =>
    entry === true
      ? `I answer in your chats, and this room leads to them. Here you can use:\n\n${helpFor(({ atTheEntry }) => atTheEntry === true)}`
      : `**Just write**, and the agent answers. Besides, I know:\n\n${helpFor((command) => isOffered(command, inSpace))}`,

  'unknown command': ({ name }) => {
    const nearest = nearestCommand(name);
    const advice = nearest === null ? '`!help` shows what I know.' : `Did you mean \`!${nearest}\`?`;
    return `I do not know the command ${code(`!${name}`)}. ${advice}`;
  },

  'words are left': ({ command, words, done }) =>
    done
      ? `What stands behind ${code(`!${command}`)} is not passed on: ${code(words)}. ` +
        'If it is meant for the agent, send it as a message of its own.'
      : `I did not do ${code(`!${command}`)}, because it means nothing to me with ${code(words)} behind it. ` +
        `Write ${code(usageOf(command))} and nothing else, or send the rest as a message.`,

  'edit came too late': () =>
    'The agent has this message as it was before your edit. `!retry` asks it again with the new words.',

  'text waits': ({ position }) =>
    `${position === 1 ? 'Got it, you’re next.' : `Got it: ${position} messages are waiting.`} \`!stop\` ends the current answer.`,

  'did you mean !stop': () =>
    'Did you mean `!stop`? That ends the answer that is being written. As it stands, your message is passed on after it.',

  'text waits for your word': () =>
    'Noted. The agent first needs your word on its question above: `!yes` or `!no`. Your message is next.',

  'queue is full': ({ limit }) =>
    `I could not take this one: ${messages(limit)} already waiting. Please send it again once some are answered.`,

  'agent is busy': ({ position }) => `${agentIsBusy(position)} It starts by itself when it’s your turn.`,

  'texts wait for the busy agent': ({ position, waiting }) =>
    `${agentIsBusy(position)} ${waiting === 1 ? 'One more message is' : `${waiting} more messages are`} waiting behind it.`,

  'files are not taken': () => 'I cannot pass on files yet. Please write or paste what matters as a message.',

  'thing is not taken': ({ thing }) =>
    `${thing === 'poll' ? 'The agent cannot see polls' : 'The agent cannot see stickers'}. Please say it in words.`,

  'agent sent a file': ({ path }) =>
    `The agent sent the file ${code(path)}, but I cannot bring files into this room yet. Ask it to write the content out.`,

  'agent asks': ({ text }) =>
    `The agent asks:\n\n${quote(readable(text, answers))}\n\nPlease answer \`!yes\` or \`!no\`.`,

  'question expired': () =>
    'The question was open for too long, so I answered **no** for you. To go on after all, ask the agent again.',

  'word is taken': ({ approved, later }) =>
    `${approved ? '**Yes**' : '**No**'}, ${later ? 'I will tell the agent as soon as it is done here.' : 'I told the agent.'}`,

  'no question is open': () => 'The agent has no open question for you. Just write to go on.',

  'is stopping': () => 'It is being stopped already; give it a moment.',

  stopped: () => 'Stopped. `!retry` asks the same again; or just write something new.',

  'nothing runs': () => 'Nothing is running, so there is nothing to stop. Just write when you need something.',

  'answer is complete': () => 'The answer is complete and on its way, so there is nothing left to stop.',

  'nothing to retry': () => 'Nothing is unanswered, so there is nothing to ask again. Just write your question.',

  'still being written': () => 'Your last message is still being answered. `!stop` ends that.',

  cleared: ({ waiting, kept }) =>
    (kept
      ? 'What was open here is dropped. The agent still knows what was said: here it has one memory for all you write. '
      : 'This is a new conversation: the agent no longer knows what was said above. ') +
    (waiting === 0 ? 'Just write.' : `It begins with what is still in line: ${messages(waiting)} waiting.`),

  'agent starts afresh': () =>
    'The agent has lost its memory of this conversation and starts afresh. Please repeat what it needs from above.',

  interrupted: () =>
    'I was interrupted before the answer was complete. The agent may have done part of the work. ' +
    '`!retry` asks the same again.',

  'empty answer': () => 'The agent finished without a word. Please try to ask in other words.',

  'answer was refused': ({ tooLarge }) =>
    tooLarge === true
      ? 'The agent answered, but its message is too large for the chat server. Please ask for a shorter answer.'
      : 'The agent answered, but the chat server did not take the message. `!retry` sends the same answer again.',

  trouble: ({ trouble }) => {
    const { says, retry } = troubles[trouble];
    return `${says} ${retry ? '`!retry` asks the same again.' : 'Please ask for it in smaller steps.'}`;
  },

  'only for': ({ person }) =>
    `This room belongs to ${personLink(person)}, so here I answer only them. Invite me to a room of your own to talk to me.`,

  greeting: ({ defaultAgent, inSpace, company }) =>
    `Hello! ${company === true ? OTHERS_LISTEN : '**Just write**'}, and ${defaultAgent ? 'the default agent' : 'your agent'} answers here.` +
    (defaultAgent ? ' You have none of your own yet; once you do, this room changes to it by itself.' : '') +
    ` Besides, there are:\n\n${helpFor((command) => command.atFirst && isOffered(command, inSpace))}`,

  'default agent': () =>
    'You have no agent of your own yet, so the default one answers here. ' +
    'Once one is set up for you, this room changes to it by itself.',

  'agent changed': ({ agent }) =>
    `From now on, the agent ${code(agent)} answers here. It may not know what was said above. Just write.`,

  'no agent for you': ({ contact }) =>
    'There is no agent for you yet, so I cannot answer here.' +
    (contact === null ? ' Please ask the people who run this service for access.' : `\n\n${excerpt(contact)}`),

  ...aboutChats,

  'chat is being made': () => 'Your chat is already being made. Its invitation reaches you in a moment.',

  'too many chats are wanted': ({ limit }) =>
    `${limit} chats are already being made for you, so I did not note this one. Please ask again in a moment.`,

  chats: ({ chats, archived }, via) => {
    const hidden = archived === 1 ? '1 chat is archived' : `${archived} chats are archived`;
    if (chats.length === 0)
      return `Nothing is open: ${hidden}. \`!chats all\` shows what there is, \`!new\` makes a chat.`;
    const lines = chats.map(
      ({ number, name, archived: away, room }) =>
        `- **${number}**: ${roomLink(name, room, via)}${away ? ', archived' : ''}`,
    );
    const list = linesWithin(LIST_BYTES, lines, (count) => `- and ${count} more`).join('\n');
    const back = chats.some(({ archived: away }) => away) ? ', `!unarchive` and its number bring one back' : '';
    const rest = archived === 0 ? '' : ` ${hidden}: \`!chats all\` lists them too.`;
    return `Your chats:\n\n${list}\n\n\`!new\` makes another one${back}.${rest}`;
  },

  'no chats': () => 'You have no chats yet. `!new` makes one.',

  'chat is renamed': ({ chat }) => `This chat is called ${code(chat)} now.`,

  'name is missing': () => 'What shall it be called? Write the name behind the command: `!rename Travel plans`.',

  'name could not be set': ({ code: errcode }) =>
    `I could not rename this chat: the chat server refused it (${code(errcode)}). You can still rename the room itself ` +
    'in your Matrix app.',

  'chat is archived': ({ chat, number }) =>
    `The chat ${code(chat)} is archived. \`!unarchive ${number}\` brings it back, \`!chats all\` lists it.`,

  'you write in an archived chat': ({ number }) =>
    `This chat is archived. ${code(number === undefined ? '!unarchive' : `!unarchive ${number}`)} brings it back into your list.`,

  'chat is unarchived': ({ chat, number }) =>
    `The chat ${code(chat)} is back in your list, as number ${number}. If you had left it, please accept the new invitation.`,

  'no such chat': () => 'You have no chat with that number. `!chats all` lists them all with their numbers.',

  'this is no numbered chat': () =>
    'This room is not one of your numbered chats, so that does nothing here. `!chats` lists yours, `!new` makes one.',

  'this is your only chat': () =>
    'Here you have just this one chat, so that does nothing. `!clear` begins a new conversation in it.',

  'no more chats are made': () =>
    'Nobody gets more chats by now, so there is none to make. This one goes on; `!clear` begins a new conversation in it.',

  'your agent': ({ agent, configured, entry }) => {
    const where = entry === true ? 'In your chats' : 'Here';
    return configured
      ? `${where} you talk to ${code(agent)}, the agent that is set up for you.`
      : `${where} you talk to ${code(agent)}, the default agent: none of your own is set up for you yet.`;
  },

  'you are': ({ person }) => `You are ${code(person)}. People who set up an agent for you need this id.`,

  'room is encrypted': () =>
    'This room is encrypted, so I cannot read what you write here. Please go on in a room without encryption: ' +
    'make one, and invite me there.',

  'memory was lost': () =>
    'I have lost my memory of the last time, so I may not have answered this. If it is still open, please send it again.',

  'notes were damaged': () =>
    "Some of my notes for this room were damaged, so I may have lost track. If you're still waiting for something, " +
    'please ask again.',

  'Spaces are not joined': () =>
    'I stay out of Spaces that I did not make: nobody could see there what I write. Invite me to a room instead.',

  'room could not be entered': ({ room }) =>
    `I could not get into the room you invited me to (${linkTo(room, 'this one')}): its server did not let me in. ` +
    'Please invite me to a new one.',

  'others are here': ({ room }) =>
    `I talk with one person at a time, so I ${room === undefined ? 'do not answer in rooms' : `did not join ${linkTo(room, 'this room')}: it is one`} ` +
    'that others can read. Start a direct chat with me, and I answer you there.',

  'room is troubled': () =>
    'Something in this room keeps failing, so I have paused it. Please tell the people who run this service.',
};

/** What is said in English. */
export const en: Words = { answers, notices, commands, farewells, topics };

function helpFor(offered: (command: Command) => boolean): string {
  return commandList(commands, 'also', offered);
}

/** How a command is written. */
function usageOf(name: string): string {
  const known = commandCalled(name);
  const { args }: { args?: string } = known === undefined ? {} : commands[known.name];
  return `!${name}${args === undefined ? '' : ` ${args}`}`;
}

function agentIsBusy(position: number): string {
  return `The agent is busy elsewhere: you’re number ${position} in line.`;
}

function messages(count: number): string {
  return count === 1 ? '1 message is' : `${count} messages are`;
}

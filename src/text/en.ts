import type { Catalogue, Purposes, TroubleWords } from './notices.ts';
import { code, commandList, nearestCommand, quote } from './phrases.ts';

const purposes: Purposes = {
  help: 'shows this list',
  stop: 'stops the answer that is being written',
  retry: 'asks the last unanswered message again',
  clear: 'begins a new conversation: the agent forgets what was said here',
  yes: 'agrees to what the agent asks',
  no: 'declines what the agent asks',
};

const troubles: TroubleWords = {
  unreachable: { says: 'I could not reach the agent.', retry: true },
  'no-status': { says: 'The agent was there, but it was not ready in time.', retry: true },
  protocol: { says: 'The agent said something that I could not make sense of.', retry: true },
  silent: { says: 'The agent has not said anything for a while, so I stopped waiting.', retry: true },
  'too-long': { says: 'The agent worked longer than it may, so I stopped it.', retry: false },
  'too-big': { says: 'Something in this conversation was too big to pass on.', retry: false },
  'agent-error': { says: 'The agent ran into an error.', retry: true },
  'connection-lost': {
    says: 'The connection to the agent broke before it was done. It may have done part of the work.',
    retry: true,
  },
};

/** What is said in English. */
export const en: Catalogue = {
  welcome: () => 'Hello! **Just write**, and the agent answers here. `!help` shows what else you can do.',

  help: () => `**Just write**, and the agent answers. Besides, I know:\n\n${commandList(purposes, 'also')}`,

  'unknown command': ({ name }) => {
    const nearest = nearestCommand(name);
    const advice = nearest === null ? '`!help` shows what I know.' : `Did you mean \`!${nearest}\`?`;
    return `I do not know the command ${code(`!${name}`)}. ${advice}`;
  },

  'text waits': ({ position }) =>
    `Noted: number ${position} in line. The agent gets to it after the current answer; \`!stop\` ends that one.`,

  'text waits for your word': () =>
    'Noted. The agent first needs your word on its question above: `!yes` or `!no`. Your message is next.',

  'queue is full': ({ limit }) =>
    `I could not take this one: ${messages(limit)} already waiting. Please send it again once some are answered.`,

  'agent is busy': ({ position }) =>
    `The agent is busy elsewhere. You are number ${position} in line, and it starts by itself when it is your turn.`,

  'files are not taken': () => 'I cannot pass on files yet. Please write or paste what matters as a message.',

  'agent sent a file': ({ path }) =>
    `The agent sent the file ${code(path)}, but I cannot bring files into this room yet. Ask it to write the content out.`,

  'agent asks': ({ text }) => `The agent asks:\n\n${quote(text)}\n\nPlease answer \`!yes\` or \`!no\`.`,

  'question expired': () =>
    'The question was open for too long, so I answered **no** for you. To go on after all, ask the agent again.',

  'no question is open': () => 'The agent has no open question for you. Just write to go on.',

  'is stopping': () => 'It is being stopped already; give it a moment.',

  stopped: () => 'Stopped. `!retry` asks the same again; or just write something new.',

  'nothing runs': () => 'Nothing is running, so there is nothing to stop. Just write when you need something.',

  'answer is complete': () => 'The answer is complete and on its way, so there is nothing left to stop.',

  'nothing to retry': () => 'Nothing is unanswered, so there is nothing to ask again. Just write your question.',

  cleared: ({ waiting }) =>
    'This is a new conversation: the agent no longer knows what was said above. ' +
    (waiting === 0 ? 'Just write.' : `It begins with what is still in line: ${messages(waiting)} waiting.`),

  'agent starts afresh': () =>
    'The agent has lost its memory of this conversation and starts afresh. Please repeat what it needs from above.',

  interrupted: () =>
    'I was interrupted before the answer was complete. The agent may have done part of the work. ' +
    '`!retry` asks the same again.',

  'empty answer': () => 'The agent finished without a word. Please try to ask in other words.',

  'answer was refused': () =>
    'The agent answered, but the chat server did not accept the message. Please ask again, perhaps for a shorter answer.',

  trouble: ({ trouble }) => {
    const { says, retry } = troubles[trouble];
    return `${says} ${retry ? '`!retry` asks the same again.' : 'Please ask for it in smaller steps.'}`;
  },

  'only for': ({ person }) =>
    `This room belongs to ${code(person)}, so here I answer only them. Invite me to a room of your own to talk to me.`,

  'room is troubled': () =>
    'Something in this room keeps failing, so I have paused it. Please tell the people who run this service.',
};

function messages(count: number): string {
  return count === 1 ? '1 message is' : `${count} messages are`;
}

/** What commands are for, what went wrong and why the bot goes, in English: the words that stand in tables. */
import type { CommandWords, FarewellWords, TroubleWords } from './notices.ts';

export const commands: CommandWords = {
  help: { purpose: 'shows this list' },
  stop: { purpose: 'stops the answer that is being written' },
  retry: { purpose: 'asks your last message again' },
  clear: { purpose: 'begins a new conversation: the agent forgets what was said here' },
  new: { purpose: 'makes another chat', args: '[name]' },
  chats: { purpose: 'lists your chats, with `all` the archived ones too', args: '[all]' },
  rename: { purpose: 'gives this chat another name', args: '<name>' },
  archive: { purpose: 'puts this chat away, out of the list' },
  unarchive: { purpose: 'brings an archived chat back', args: '<number>' },
  agent: { purpose: 'says which agent answers here' },
  whoami: { purpose: 'shows your Matrix id' },
  start: { purpose: 'says how to begin' },
  yes: { purpose: 'agrees to what the agent asks' },
  no: { purpose: 'declines what the agent asks' },
};

export const troubles: TroubleWords = {
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

export const farewells: FarewellWords = {
  'the person may not invite': 'Sorry, I am not set up to talk to you. Please ask the people who run me for access.',
  'the person invites too often': 'You sent me a lot of invitations at once. Please try again in a few minutes.',
  'it names several senders': 'I cannot tell who sent this invitation. Please send me a new one.',
  'it is to a Space': 'I do not join Spaces. Please invite me to a room, or start a direct chat with me.',
  'it is for server notices': 'I do not read server notices.',
  'others are in the room': 'I talk with one person at a time. Start a direct chat with me, and I answer you there.',
  'it could not be entered': 'I could not get into this room. Please invite me to a new one.',
  'the bot is reset': 'I am being reset. Invite me again whenever you like.',
};

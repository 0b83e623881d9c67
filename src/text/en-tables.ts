/** What commands are for, what went wrong and why the bot goes, in English: the words that stand in tables. */
import type { CommandWords, FarewellWords, TroubleWords } from './notices.ts';

export const commands: CommandWords = {
  help: { purpose: 'shows this list' },
  stop: { purpose: 'stops the current answer, with `all` what waits too', args: '[all]' },
  retry: { purpose: 'asks your last message again, or the one you reply to' },
  status: { purpose: 'says what I’m doing, and why there’s no answer yet' },
  clear: { purpose: 'starts over: the agent forgets what was said here' },
  new: { purpose: 'makes another chat', args: '[name]' },
  chats: { purpose: 'lists your chats, with `all` the archived ones too', args: '[all]' },
  list: { purpose: 'lists the files that wait for your next message' },
  remove: { purpose: 'takes out one of these files, or all', args: '<number|all>' },
  rename: { purpose: 'renames this chat', args: '<name>' },
  archive: { purpose: 'archives this chat, which hides it from `!chats`' },
  unarchive: { purpose: 'brings an archived chat back', args: '<number>' },
  agent: { purpose: 'says which agent you talk to' },
  whoami: { purpose: 'shows your Matrix ID' },
  save: { purpose: 'has the agent save this conversation', args: '[name]' },
  load: { purpose: 'lists your saves and brings one into this chat', args: '[name]' },
  branch: { purpose: 'goes on from here in a new chat too', args: '[name]' },
  context: { purpose: 'shows what the agent’s memory of this chat is' },
  start: { purpose: 'says how to begin' },
  language: { purpose: 'says or changes the language I speak with you', args: '[en|ru]' },
  yes: { purpose: 'answers yes to the agent’s question' },
  no: { purpose: 'answers no to the agent’s question' },
  cancel: { purpose: 'closes a question or a list of mine' },
};

/** Where the agent has one memory for all that a person writes. */
export const commandsWithOneMemory: CommandWords = {
  ...commands,
  clear: { purpose: 'starts over in all your rooms: the agent forgets what was said in them' },
};

export const troubles: TroubleWords = {
  unreachable: { says: 'I can’t reach the agent right now.', retry: true },
  'no-status': { says: 'The agent wasn’t ready in time.', retry: true },
  protocol: { says: 'The agent sent something I couldn’t understand.', retry: true },
  silent: { says: 'I haven’t heard from the agent for a while, so I stopped waiting.', retry: true },
  'too-long': { says: 'That took too long, so I stopped the agent.', retry: false },
  'too-big': { says: 'Something in this chat got too big to pass on.', retry: false },
  'agent-error': { says: 'Something went wrong on the agent’s side.', retry: true },
  'files-unseen': {
    says: 'The agent can’t find your files where I put them. Please tell the people who run this service.',
    retry: true,
  },
  'connection-lost': {
    says: 'I lost the connection to the agent before it was done. It may have done part of the work already.',
    retry: true,
  },
  'not-saved': { says: 'The agent finished, but the save isn’t there.', retry: true },
  'save-is-gone': { says: 'That save isn’t there any more.', retry: false },
  'workspace-unseen': {
    says: 'I can’t see the agent’s files, so I can’t tell whether it saved anything.',
    retry: false,
  },
  'model-denied': {
    says: 'The provider of the language model doesn’t let this service in. Please tell the people who run this service.',
    retry: true,
  },
  'model-not-found': {
    says: 'The provider doesn’t know the language model that is set up here. Please tell the people who run this service.',
    retry: true,
  },
  'model-busy': { says: 'The language model has too much to do right now. Please give it a minute.', retry: true },
  'model-failed': { says: 'Something went wrong at the provider of the language model.', retry: true },
  'model-unreachable': { says: 'I can’t reach the language model right now.', retry: true },
  'model-broke-off': { says: 'The language model broke off in the middle of its answer.', retry: true },
  'model-filtered': {
    says: 'The provider of the language model held this answer back because of its rules. Other words may help.',
    retry: true,
  },
  'model-prompt-too-long': { says: 'This is too long for the language model.', retry: false },
  'model-answer-cut': {
    says: 'The answer ends here, because it’s as long as the language model may write. Write “go on” for the rest.',
    retry: false,
  },
};

export const farewells: FarewellWords = {
  'the person may not invite':
    'Sorry, I’m not set up to talk to you. Please ask the people who run this service for access.',
  'the person invites too often': 'You sent me a lot of invitations at once. Please try again in a few minutes.',
  'it names several senders': 'I can’t tell who sent this invitation. Please send me a new one.',
  'it is to a Space': 'I don’t join Spaces. Please invite me to a room, or start a direct chat with me.',
  'it is for server notices': 'I don’t read server notices.',
  'others are in the room': 'I talk with one person at a time. Start a direct chat with me, and I’ll answer you there.',
  'it could not be entered': 'I couldn’t get into this room. Please invite me to a new one.',
  'the bot is reset': 'I’m being reset. Invite me again whenever you like.',
};

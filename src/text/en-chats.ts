/** What is said of chats, in English: made, listed, renamed, archived; and invitations to them, sent or refused. */
import type { NoticeWords } from './notices.ts';
import { blocksInvitations, code, linesWithin, LIST_BYTES, roomLinks } from './phrases.ts';

const roomLink = roomLinks('open');

type Keys =
  | 'chat is ready'
  | 'access is restored'
  | 'invitations are on their way'
  | 'invitations were refused'
  | 'chat could not be made'
  | 'Space could not be made'
  | 'chat is being made'
  | 'too many chats are wanted'
  | 'chats'
  | 'no chats'
  | 'chat is renamed'
  | 'name is missing'
  | 'name could not be set'
  | 'chat is archived'
  | 'you write in an archived chat'
  | 'chat is unarchived'
  | 'no such chat'
  | 'this is no numbered chat'
  | 'this is your only chat'
  | 'no more chats are made';

export type ChatWords = Pick<NoticeWords, Keys>;

export const aboutChats: ChatWords = {
  'chat is ready': ({ chat, number, room, encrypted }, via) => {
    const link = room === undefined ? code(chat) : roomLink(chat, room, via);
    const hello =
      number === 1 ? `Hi! I’ve made you a chat: ${link}.` : `Here is your chat ${link}, number ${number} in your list.`;
    // Whoever has a second one knows how to get a third.
    const another = number === 1 || encrypted ? ` ${anotherChat(encrypted)}` : '';
    return `${hello} Accept the invitation and start writing there.${another}`;
  },

  'access is restored': ({ chats, list, invited, encrypted, company }, via) => {
    if (list === undefined)
      return `Welcome back! I’ve invited you again to your Space${inIt(chats)}. Please accept, and go on there.`;
    if (list.length === 0) return `You have no open chats. ${anotherChat(encrypted)}`;
    const links = list.map(({ name, room }) => roomLink(name, room, via));
    const all = linesWithin(LIST_BYTES, links, (count) => `and ${count} more`).join(', ');
    const sent = invited ?? 0;
    const chatsOf = list.length === 1 ? 'your chat' : 'your chats';
    const yours = company === true ? `${chatsOf}, over in your Space` : `${chatsOf}: ${all}`;
    const where =
      sent === 0
        ? `I don’t answer here, but in ${yours}.`
        : `Welcome back! I’ve sent you ${sent === 1 ? 'an invitation' : `${sent} invitations`}. ` +
          `Please accept, and go on in ${yours}.`;
    return `${where} ${anotherChat(encrypted)}`;
  },

  'invitations are on their way': () => 'Your invitations are already on their way. They should reach you in a moment.',

  'invitations were refused': ({ code: errcode, encrypted }) =>
    blocksInvitations(errcode)
      ? 'I couldn’t invite you to your chats, because your account doesn’t take invitations from me. ' +
        `Please allow them in the settings of your Matrix app, then ${invitesMeAgain(encrypted)}.`
      : `I couldn’t send you all the invitations (${code(errcode)}). Please ${invitesMeAgain(encrypted)} to try again.`,

  'chat could not be made': ({ code: errcode, encrypted }) => {
    if (blocksInvitations(errcode))
      return (
        'I couldn’t bring you into a new chat, because your account doesn’t take invitations from me. ' +
        `Please allow them in the settings of your Matrix app, then ${encrypted === true ? invitesMeAgain(true) : 'write `!new` here'}.`
      );
    const why =
      errcode === 'ROOM_GONE'
        ? 'Your new chat was gone before it was ready.'
        : `I couldn’t make the chat (${code(errcode)}).`;
    return (
      `${why} Please ${encrypted === true ? invitesMeAgain(true) : 'try again with `!new`'}. ` +
      'If it keeps failing, tell the people who run this service.'
    );
  },

  'Space could not be made': ({ code: errcode, encrypted }) =>
    blocksInvitations(errcode)
      ? 'I couldn’t bring you into a new Space, because your account doesn’t take invitations from me. ' +
        `Please allow them in the settings of your Matrix app, then ${invitesMeAgain(encrypted)}.`
      : `I couldn’t make you a Space (${code(errcode)}). Your chats are still there, and I’m inviting you to them again. ` +
        `To try again later, ${invitesMeAgain(encrypted)}.`,

  'chat is being made': () => 'I’m already making your chat. Its invitation should reach you in a moment.',

  'too many chats are wanted': ({ limit }) =>
    `I’m already making ${limit === 1 ? 'a chat' : `${limit} chats`} for you, so I left this one out. ` +
    'Please ask again in a moment.',

  chats: ({ chats, archived }, via) => {
    const all = archived === 1 ? '1 chat is archived' : `${archived} chats are archived`;
    if (chats.length === 0)
      return `You have no open chats. ${all}: \`!chats all\` lists ${them(archived)}, \`!new\` makes another one.`;
    const lines = chats.map(
      ({ number, name, archived: away, room }) =>
        `- **${number}**: ${roomLink(name, room, via)}${away ? ', archived' : ''}`,
    );
    const list = linesWithin(LIST_BYTES, lines, (count) => `- and ${count} more`).join('\n');
    const gone = chats.find(({ archived: away }) => away);
    const back = gone === undefined ? '' : `, \`!unarchive ${gone.number}\` brings ${code(gone.name)} back`;
    const rest = archived === 0 ? '' : ` ${all}: \`!chats all\` lists ${them(archived)} too.`;
    return `Your chats:\n\n${list}\n\n\`!new\` makes another one${back}.${rest}`;
  },

  'no chats': () => 'You have no chats right now. `!new` makes one.',

  'chat is renamed': ({ chat }) => `This chat is now called ${code(chat)}.`,

  'name is missing': () => 'What should I call it? Put the name after the command: `!rename Travel plans`.',

  'name could not be set': ({ code: errcode }) =>
    `I couldn’t rename this chat (${code(errcode)}). Try renaming the room itself in your Matrix app.`,

  'chat is archived': ({ chat, number }) =>
    `I’ve archived ${code(chat)}: it’s out of your list now. \`!unarchive ${number}\` brings it back.`,

  'you write in an archived chat': ({ number }) =>
    `This chat is archived. ${number === undefined ? '`!chats all` shows its number' : `\`!unarchive ${number}\` brings it back into your list`}.`,

  'chat is unarchived': ({ chat, number }) =>
    `The chat ${code(chat)} is in your list now, as number ${number}. If you had left it, please accept the new invitation.`,

  'no such chat': () =>
    'I don’t know which chat you mean. Put its number after the command, like `!unarchive 2`. `!chats all` lists them all.',

  'this is no numbered chat': () =>
    'This room isn’t in your list of chats, so I can’t archive it. `!chats` shows your list.',

  'this is your only chat': () =>
    'Each room is one chat here, so that command does nothing. For another chat, invite me to another room.',

  'no more chats are made': () =>
    'New chats are switched off here, so I can’t make one. You can go on in this one; `!clear` starts it over.',
};

/** How to get one more; where nothing is read, not here. */
function anotherChat(encrypted = false): string {
  return encrypted
    ? 'This room is encrypted, so I can’t read what you write here; `!new` in your chat makes another one.'
    : 'Want another one? Write `!new` here.';
}

/** What makes me look again. */
function invitesMeAgain(encrypted = false): string {
  return encrypted ? 'invite me to a room without encryption' : 'write here once more';
}

function inIt(chats: number): string {
  if (chats === 0) return '';
  return ` and the ${chats === 1 ? 'chat' : `${chats} chats`} in it`;
}

function them(count: number): string {
  return count === 1 ? 'it' : 'them';
}

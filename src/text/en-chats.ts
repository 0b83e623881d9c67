/** What entry rooms lead to, in English: chats and invitations to them, made or refused. */
import type { NoticeWords } from './notices.ts';
import { code, linesWithin, roomLink } from './phrases.ts';

/** How long a list of chats may get, in bytes of Markdown. */
export const LIST_BYTES = 6_000;

type Keys =
  | 'chat is ready'
  | 'access is restored'
  | 'invitations are on their way'
  | 'invitations were refused'
  | 'chat could not be made'
  | 'Space could not be made';

export const aboutChats: Pick<NoticeWords, Keys> = {
  'chat is ready': ({ chat, number, room, encrypted }, via) => {
    const link = room === undefined ? code(chat) : roomLink(chat, room, via);
    const hello =
      number === 1 ? `Hi! I've made you a chat: ${link}.` : `Here is your chat ${link}, number ${number} in your list.`;
    return `${hello} Accept the invitation and start writing there. ${anotherChat(encrypted)}`;
  },

  'access is restored': ({ chats, list, invited, encrypted }, via) => {
    if (list === undefined)
      return `Welcome back! You are invited again to your Space${inIt(chats)}. Please accept, and go on there.`;
    if (list.length === 0) return `You have no open chats. ${anotherChat(encrypted)}`;
    const links = list.map(({ name, room }) => roomLink(name, room, via));
    const [first, ...rest] = linesWithin(LIST_BYTES, links, (count) => `and ${count} more`);
    const all = [first, ...rest].join(', ');
    const sent = invited ?? 0;
    const yours = list.length === 1 ? 'your chat' : 'your chats';
    const where =
      sent === 0
        ? `I answer in ${yours}: ${all}.`
        : `Welcome back! I sent you ${sent === 1 ? 'an invitation' : `${sent} invitations`}; please accept and go on in ${yours}: ${all}.`;
    return `${where} ${anotherChat(encrypted)}`;
  },

  'invitations are on their way': () => 'Your invitations are on their way. I will tell you here when they are sent.',

  'invitations were refused': ({ code: errcode, encrypted }) =>
    blocksInvitations(errcode)
      ? 'I could not invite you to your chats: your account does not take invitations from me. ' +
        `Please allow them in the settings of your Matrix app, then ${invitesMeAgain(encrypted)}.`
      : `I could not send you all the invitations: the chat server refused one (${code(errcode)}). ` +
        `Please ${invitesMeAgain(encrypted)} to try again.`,

  'chat could not be made': ({ code: errcode, encrypted }) =>
    blocksInvitations(errcode)
      ? 'I could not bring you into a new chat: your account does not take invitations from me. ' +
        `Please allow them in the settings of your Matrix app, then ${encrypted === true ? invitesMeAgain(true) : 'write `!new` here'}.`
      : `I could not make the chat: the chat server refused it (${code(errcode)}). ` +
        `Please ${encrypted === true ? invitesMeAgain(true) : 'try again with `!new`'}. ` +
        'If it keeps failing, tell the people who run this service.',

  'Space could not be made': ({ code: errcode, encrypted }) =>
    blocksInvitations(errcode)
      ? 'I could not bring you into a new Space: your account does not take invitations from me. ' +
        `Please allow them in the settings of your Matrix app, then ${invitesMeAgain(encrypted)}.`
      : `Your Space is lost, and the chat server refused to make another one (${code(errcode)}). Your chats are still there, ` +
        `and you are invited to them again. Please ${invitesMeAgain(encrypted)} later to try once more.`,
};

/** The person's own setting (MSC4155); the people who run the service cannot change it. */
function blocksInvitations(errcode: string): boolean {
  return /(?:^M_|[._])INVITE_BLOCKED$/.test(errcode);
}

/** How to get one more; where nothing is read, not here. */
function anotherChat(encrypted = false): string {
  return encrypted
    ? 'This room is encrypted, so I cannot read what you write here; `!new` in your chat makes another one.'
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

/** What is said of chats, in Russian: made, listed, renamed, archived; and invitations to them, sent or refused. */
import type { ChatWords } from './en-chats.ts';
import { blocksInvitations, code, linesWithin, LIST_BYTES } from './phrases.ts';
import { counted, roomLink, them } from './ru-phrases.ts';

export const aboutChats: ChatWords = {
  'chat is ready': ({ chat, number, room, encrypted }, via) => {
    const link = room === undefined ? code(chat) : roomLink(chat, room, via);
    const hello =
      number === 1 ? `Привет! Вот твой чат: ${link}.` : `Вот твой чат ${link}, в списке он под номером ${number}.`;
    const another = number === 1 || encrypted ? ` ${anotherChat(encrypted)}` : '';
    return `${hello} Прими приглашение и пиши там.${another}`;
  },

  'access is restored': ({ chats, list, invited, encrypted, company }, via) => {
    if (list === undefined)
      return `С возвращением! Я снова отправил тебе приглашения в твоё пространство${inIt(chats)}. Прими их и продолжай там.`;
    if (list.length === 0) return `Открытых чатов у тебя нет. ${anotherChat(encrypted)}`;
    const links = list.map(({ name, room }) => roomLink(name, room, via));
    const all = linesWithin(LIST_BYTES, links, (count) => `и ещё ${count}`).join(', ');
    const sent = invited ?? 0;
    const isOne = list.length === 1;
    const here = (chat: string, chats: string, space: string) =>
      company === true ? `в ${isOne ? 'чате' : 'чатах'} ${space} пространства` : `в ${isOne ? chat : chats}: ${all}`;
    const where =
      sent === 0
        ? `Здесь я не отвечаю, только ${here('твоём чате', 'твоих чатах', 'твоего')}.`
        : `С возвращением! Я отправил тебе ${sent === 1 ? 'приглашение' : counted(sent, 'приглашение', 'приглашения', 'приглашений')}. ` +
          `Прими ${them(sent)} и продолжай ${here('своём чате', 'своих чатах', 'своего')}.`;
    return `${where} ${anotherChat(encrypted)}`;
  },

  'invitations are on their way': () => 'Приглашения уже отправлены и скоро придут.',

  'invitations were refused': ({ code: errcode, encrypted }) =>
    blocksInvitations(errcode)
      ? `Не получилось пригласить тебя в чаты${allowsThem(invitesMeAgain(encrypted))}`
      : `Не все приглашения удалось отправить (${code(errcode)}). Чтобы попробовать ещё раз, ${invitesMeAgain(encrypted)}.`,

  'chat could not be made': ({ code: errcode, encrypted }) => {
    if (blocksInvitations(errcode)) {
      const then = encrypted === true ? invitesMeAgain(true) : 'напиши здесь `!new`';
      return `Не получилось добавить тебя в новый чат${allowsThem(then)}`;
    }
    const why =
      errcode === 'ROOM_GONE'
        ? 'Новый чат исчез раньше, чем был готов.'
        : `Не получилось создать чат (${code(errcode)}).`;
    const again = encrypted === true ? invitesMeAgain(true) : 'напиши `!new`';
    return `${why} Чтобы попробовать ещё раз, ${again}. Если не выйдет и тогда, сообщи тем, кто ведёт этот сервис.`;
  },

  'Space could not be made': ({ code: errcode, encrypted }) =>
    blocksInvitations(errcode)
      ? `Не получилось добавить тебя в новое пространство${allowsThem(invitesMeAgain(encrypted))}`
      : `Не получилось создать пространство (${code(errcode)}). Твои чаты на месте, приглашаю тебя в них ещё раз. ` +
        `Чтобы попробовать позже, ${invitesMeAgain(encrypted)}.`,

  'chat is being made': () => 'Твой чат уже создаётся, приглашение скоро придёт.',

  'too many chats are wanted': ({ limit }) =>
    `Я уже создаю для тебя ${counted(limit, 'чат', 'чата', 'чатов')}, поэтому за этот не взялся. Попроси чуть позже.`,

  chats: ({ chats, archived }, via) => {
    const all = `В архиве ${counted(archived, 'чат', 'чата', 'чатов')}`;
    if (chats.length === 0)
      return `Открытых чатов у тебя нет. ${all}: \`!chats all\` покажет ${them(archived)}, \`!new\` создаст ещё один.`;
    const lines = chats.map(
      ({ number, name, archived: away, room }) =>
        `- **${number}**: ${roomLink(name, room, via)}${away ? ', в архиве' : ''}`,
    );
    const list = linesWithin(LIST_BYTES, lines, (count) => `- и ещё ${count}`).join('\n');
    const gone = chats.find(({ archived: away }) => away);
    const back = gone === undefined ? '' : `, \`!unarchive ${gone.number}\` вернёт ${code(gone.name)}`;
    const rest = archived === 0 ? '' : ` ${all}: \`!chats all\` покажет и ${them(archived)}.`;
    return `Твои чаты:\n\n${list}\n\n\`!new\` создаст ещё один${back}.${rest}`;
  },

  'no chats': () => 'Чатов у тебя сейчас нет. `!new` создаст новый.',

  'chat is renamed': ({ chat }) => `Теперь этот чат называется ${code(chat)}.`,

  'name is missing': () => 'Как его назвать? Напиши название после команды: `!rename Планы на отпуск`.',

  'name could not be set': ({ code: errcode }) =>
    `Не получилось переименовать этот чат (${code(errcode)}). Попробуй переименовать саму комнату в своём приложении Matrix.`,

  'chat is archived': ({ chat, number }) =>
    `Чат ${code(chat)} теперь в архиве, и в списке его нет. \`!unarchive ${number}\` вернёт его.`,

  'you write in an archived chat': ({ number }) =>
    `Этот чат в архиве. ${number === undefined ? '`!chats all` покажет его номер' : `\`!unarchive ${number}\` вернёт его в список`}.`,

  'chat is unarchived': ({ chat, number }) =>
    `Чат ${code(chat)} теперь в твоём списке под номером ${number}. Если тебя в нём уже нет, прими новое приглашение.`,

  'no such chat': () =>
    'Не понимаю, о каком чате речь. Напиши после команды его номер, например `!unarchive 2`. Все номера покажет `!chats all`.',

  'this is no numbered chat': () =>
    'Этой комнаты нет в списке твоих чатов, поэтому убрать её в архив нельзя. Список покажет `!chats`.',

  'this is your only chat': () =>
    'Здесь каждая комната и есть чат, поэтому эта команда ничего не делает. Нужен ещё один чат? Пригласи меня в другую комнату.',

  'no more chats are made': () =>
    'Новые чаты здесь отключены, поэтому создать его не получится. Можно продолжать в этом; `!clear` начнёт его заново.',
};

/** Why there is no invitation, what its person can do, and what then. */
function allowsThem(then: string): string {
  return (
    ': твой аккаунт не принимает от меня приглашений. ' +
    `Разреши их в настройках своего приложения Matrix, а потом ${then}.`
  );
}

/** How to get one more; where nothing is read, not here. */
function anotherChat(encrypted = false): string {
  return encrypted
    ? 'Эта комната зашифрована, и прочитать её я не могу; ещё один чат создаст `!new` в твоём чате.'
    : 'Нужен ещё один? Напиши здесь `!new`.';
}

/** What makes me look again. */
function invitesMeAgain(encrypted = false): string {
  return encrypted ? 'пригласи меня в комнату без шифрования' : 'напиши здесь что-нибудь';
}

function inIt(chats: number): string {
  if (chats === 0) return '';
  return ` и ${chats === 1 ? 'чат' : counted(chats, 'чат', 'чата', 'чатов')} в нём`;
}

/** Every sentence that a person reads, in Russian. */
import { aboutOps as ops } from './ru-ops.ts';
import { commandCalled, type Command } from '../../machines/commands.ts';
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
import { aboutChats } from './ru-chats.ts';
import { aboutAskingAgain } from './ru-again.ts';
import { aboutContexts } from './ru-contexts.ts';
import { aboutFiles } from './ru-files.ts';
import { aboutProgress } from './ru-progress.ts';
import { filesWait, messages, them } from './ru-phrases.ts';
import { commands, commandsWithOneMemory, farewells, troubles } from './ru-tables.ts';
import { topics } from './ru-topics.ts';

const answers: AnswerWords = {
  image: (name) => (name === null ? '[изображение]' : `[изображение: ${name}]`),
  tooLong: 'Ответ слишком длинный, чтобы показать его здесь целиком. Весь ответ придёт файлом.',
};

/** Where others are in the room. */
const OTHERS_LISTEN =
  'Здесь есть и другие, поэтому я слушаю, только когда ты **упоминаешь меня или отвечаешь мне**. Тогда';

const notices: NoticeWords = {
  help: ({ inSpace, entry, company, oneMemory }) =>
    entry === true
      ? `Я отвечаю в твоих чатах, а эта комната только ведёт к ним. Здесь работают команды:\n\n${helpFor(({ atTheEntry }) => atTheEntry === true)}`
      : `${company === true ? '**Упомяни меня или ответь мне**' : '**Просто пиши**'}, и агент ответит. Ещё есть команды:\n\n${helpFor((command) => isOffered(command, inSpace), oneMemory)}`,

  'unknown command': ({ name, place }) => {
    const nearest = nearestCommand(name, (command) => worksAt(command, place));
    const advice =
      nearest !== null
        ? `Может быть, \`!${nearest}\`?`
        : place === 'refused'
          ? 'Пока для тебя нет агента, здесь работают только `!whoami` и `!language`.'
          : '`!help` покажет, что я знаю.';
    return `Я не знаю команды ${code(`!${name}`)}. ${advice}`;
  },

  'the agent keeps that': ({ name, place }) =>
    `Команды ${code(`!${name}`)} у меня нет: настройки и навыки живут у твоего агента. ` +
    `Просто попроси его об этом ${place === 'entry' ? 'в своём чате' : 'в сообщении'}.`,

  'words are left': ({ command, words, done, entry }) =>
    done
      ? `То, что написано после ${code(`!${command}`)}, я не передал: ${code(words)}. ` +
        `Если это для агента, пришли это ${entry === true ? 'в свой чат' : 'отдельным сообщением'}.`
      : `Команду ${code(`!${command}`)} я не выполнил: непонятно, что значит ${code(words)} после неё. ` +
        `Напиши просто ${code(usageOf(command))} или пришли остальное отдельным сообщением.`,

  'edit came too late': () =>
    'Агент получил это сообщение до правки. Когда ответ закончится, `!retry` спросит заново, уже новыми словами.',

  'text waits': ({ position }) =>
    `${position === 1 ? 'Принято, это сообщение следующее.' : `Принято, в очереди ${messages(position)}.`} \`!stop\` прервёт текущий ответ.`,

  'text waits for its files': () => 'Принято. Передам это агенту, как только твои файлы будут здесь.',

  'line is dropped': ({ texts }) => `Я убрал из очереди ${messages(texts)}. Агент ${them(texts)} не видел.`,

  'did you mean !stop': () =>
    'Остановить ответ? Это делает `!stop`. Без `!` я передам сообщение агенту, когда текущий ответ закончится.',

  'text waits for your word': () =>
    'Агент всё ещё ждёт ответа на свой вопрос выше: `!yes` или `!no`? Это сообщение передам сразу после.',

  'queue is full': ({ limit }) =>
    `Это сообщение я не принял: в очереди уже ${messages(limit)}. Пришли его ещё раз, когда она станет короче.`,

  'agent is busy': ({ position }) => `${agentIsBusy(position)} Ответ начнётся сам.`,

  'texts wait for the busy agent': ({ position, waiting }) =>
    `${agentIsBusy(position)} За ним в очереди ещё ${messages(waiting)}.`,

  'thing is not taken': ({ thing }) =>
    `${thing === 'poll' ? 'Опросов' : 'Стикеров'} агент не видит. Напиши, пожалуйста, словами.`,

  'agent asks': ({ text }) => `Агент спрашивает:\n\n${quote(readable(text, answers))}\n\nОтветь \`!yes\` или \`!no\`.`,

  'question expired': () =>
    'На вопрос никто не ответил вовремя, и я счёл это за «нет». Если это всё ещё нужно, попроси агента ещё раз.',

  'word is taken': ({ approved, later }) => {
    const word = approved ? '**да**' : '**нет**';
    return later ? `Хорошо, передам агенту ${word}, как только он освободится.` : `Хорошо, я передал агенту ${word}.`;
  },

  'no question is open': () => 'Агент сейчас ни о чём не спрашивает. Просто пиши дальше.',

  'is stopping': () => 'Уже останавливаю ответ. Ещё немного.',

  stopped: () => 'Остановлено. `!retry` спросит заново, или просто напиши что-нибудь новое.',

  'nothing runs': () => 'Останавливать сейчас нечего.',

  'answer is complete': () => 'Ответ готов и уже отправляется, останавливать больше нечего.',

  'nothing to retry': () => 'Здесь нечего спрашивать заново. Просто напиши свой вопрос.',

  'still being written': () => 'Ответ на последнее сообщение ещё пишется. `!stop` прервёт его.',

  cleared: ({ waiting, files = 0, oneMemory }) =>
    (oneMemory === true
      ? 'Начинаем заново во всех твоих комнатах: агент больше не помнит того, что в них было сказано.'
      : 'Начинаем заново: агент больше не помнит того, что было сказано выше.') +
    (waiting === 0 ? '' : ` Дальше пойдёт то, что уже отправлено: в очереди ${messages(waiting)}.`) +
    (files === 0 ? '' : ` ${filesWait(files)}`),

  'cleared elsewhere': () =>
    'В другой комнате разговор начат заново, а память у твоих комнат одна: агент больше не помнит того, что было сказано выше.',

  'agent starts afresh': () =>
    'Агент потерял память об этом чате и начинает с нуля. Повтори, пожалуйста, всё, что ему нужно знать.',

  interrupted: () =>
    'Меня прервали раньше, чем ответ был готов. Агент мог уже сделать часть работы. `!retry` спросит заново.',

  'empty answer': () => 'Агент закончил, но ничего не сказал. `!retry` спросит заново, или попробуй другими словами.',

  'answer was refused': ({ tooLarge }) =>
    tooLarge === true
      ? 'Ответ слишком велик для сервера чатов. Попроси, пожалуйста, покороче.'
      : 'Ответ есть, но сервер чатов его не принял. `!retry` попробует ещё раз.',

  trouble: ({ trouble }) => {
    const { says, retry } = troubles[trouble];
    return `${says} ${retry ? '`!retry` спросит заново.' : 'Попробуй попросить об этом по частям.'}`;
  },

  'only for': ({ person }) =>
    `Здесь я отвечаю только одному человеку: ${personLink(person)}. Чтобы поговорить со мной, пригласи меня в свою комнату.`,

  greeting: ({ defaultAgent, inSpace, company, oneMemory, name, agent }) => {
    const hello = name === undefined ? 'Привет!' : `Привет, ${plainly(name)}!`;
    const how = company === true ? OTHERS_LISTEN : '**Просто пиши**, и';
    const who = agent === undefined ? null : plainly(agent);
    const answers = defaultAgent
      ? `${who === null ? 'агент по умолчанию' : `${who}, агент по умолчанию`}. Когда у тебя появится свой агент, он подключится сам.`
      : `${who ?? 'твой агент'}.`;
    const list = helpFor((command) => command.atFirst && isOffered(command, inSpace), oneMemory);
    return `${hello} ${how} здесь ответит ${answers} Полезные команды:\n\n${list}`;
  },

  'default agent': () =>
    'Своего агента у тебя пока нет, поэтому здесь отвечает агент по умолчанию. Когда появится свой, он подключится сам.',

  'agent changed': ({ agent }) =>
    `Теперь здесь отвечает ${code(agent)}. Того, что было сказано выше, новый агент может не знать.`,

  'no agent for you': ({ contact }) =>
    'Для тебя пока нет агента, поэтому ответить здесь я не могу.' +
    (contact === null ? ' Попроси доступ у тех, кто ведёт этот сервис.' : `\n\n${excerpt(contact)}`),

  ...aboutChats,

  ...aboutContexts,

  ...aboutFiles,

  ...aboutAskingAgain,

  ...aboutProgress,

  'room is encrypted': () =>
    'Эта комната зашифрована, и прочитать, что ты здесь пишешь, я не могу. Создай комнату без шифрования и пригласи меня туда.',

  'your agent': ({ agent, configured, entry }) => {
    const where = entry === true ? 'В твоих чатах' : 'Здесь';
    return configured
      ? `${where} отвечает ${code(agent)}.`
      : `${where} отвечает ${code(agent)}, агент по умолчанию: своего у тебя пока нет.`;
  },

  'you are': ({ person }) => `Твой Matrix ID: ${code(person)}. Его попросит тот, кто будет настраивать тебе агента.`,

  'language is': () => `Я говорю с тобой по-русски. Сменить язык можно так: ${languageChoices}.`,

  'language is chosen': () => 'Хорошо, теперь я говорю с тобой по-русски, здесь и в остальных твоих комнатах.',

  'no such language': ({ language }) => `Языка ${code(language)} я пока не знаю. Можно выбрать: ${languageChoices}.`,

  'memory was lost': () =>
    'Возможно, я что-то здесь пропустил. Если ты всё ещё ждёшь ответа, пришли сообщение ещё раз.',

  'notes were damaged': () =>
    'Часть моих заметок об этой комнате повреждена, и я мог что-то упустить. Если ты чего-то ещё ждёшь, спроси, пожалуйста, снова.',

  'Spaces are not joined': () =>
    'В чужие пространства я не вхожу: там никто не прочитает того, что я пишу. Пригласи меня лучше в комнату.',

  'room could not be entered': ({ room }) =>
    `Не получилось войти в комнату, в которую ты меня приглашаешь (${linkTo(room, 'вот в эту')}). Пригласи меня, пожалуйста, в новую.`,

  'others are here': ({ room }) =>
    room === undefined
      ? 'Я разговариваю с каждым наедине, поэтому не отвечаю там, где читают другие. ' +
        'Начни со мной личный чат, и я отвечу там.'
      : `В ${linkTo(room, 'эту комнату')} я не зашёл, потому что её читают и другие. Я разговариваю с каждым наедине.`,

  'room is troubled': () =>
    'Здесь раз за разом что-то идёт не так, и ответить пока не получается. Сообщи, пожалуйста, тем, кто ведёт этот сервис.',
};

/** What is said in Russian. */
export const ru: Words = { answers, notices, commands, farewells, topics, ops };

function helpFor(offered: (command: Command) => boolean, oneMemory = false): string {
  return commandList(oneMemory ? commandsWithOneMemory : commands, 'или', offered);
}

/** How a command is written. */
function usageOf(name: string): string {
  const known = commandCalled(name);
  const { args }: { args?: string } = known === undefined ? {} : commands[known.name];
  return `!${name}${args === undefined ? '' : ` ${args}`}`;
}

function agentIsBusy(position: number): string {
  const place = position === 1 ? 'следующее' : `${position}-е в очереди`;
  return `Агент занят в других чатах, твоё сообщение ${place}.`;
}

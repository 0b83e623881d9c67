/** What is said of the agent’s memory, in Russian: saved, loaded, copied, cleared; and the questions of our own. */
import type { Memory } from '../../machines/memory.ts';
import type { DialogTopic } from '../../machines/notices.ts';
import type { ContextWords } from './en-contexts.ts';
import { code, linesWithin, LIST_BYTES } from './phrases.ts';
import { counted } from './ru-phrases.ts';
import { troubles } from './ru-tables.ts';

export const aboutContexts: ContextWords = {
  'conversation is saved': ({ save, cleared, oneMemory }) =>
    cleared === true
      ? `Разговор сохранён как ${code(save)}, и ${oneMemory === true ? 'все твои комнаты начинаются' : 'этот чат начинается'} заново. \`!load\` вернёт его.`
      : `Разговор сохранён как ${code(save)}. \`!load\` перенесёт его в любой чат с этим агентом.`,

  'save is loaded': ({ save }) => `Агент прочитал ${code(save)}. Просто продолжай оттуда.`,

  'conversation is copied': () => 'Разговор скопирован. Создаю для него новый чат.',

  'task failed': ({ what, save, trouble, isSecondStep }) => {
    const { says, retry } = troubles[trouble];
    const done = {
      save: `Не получилось сохранить этот разговор как ${code(save)}.`,
      load: `Не получилось загрузить ${code(save)}.`,
      branch:
        isSecondStep === true
          ? 'Новый чат не получился: агент не принял копию этого разговора.'
          : 'Новый чат не получился: агент не скопировал этот разговор.',
    }[what];
    return `${done} ${says} ${retry ? '`!retry` попробует ещё раз.' : 'Здесь ничего не изменилось.'}`;
  },

  'task waits': ({ what, save = '' }) => {
    const does = {
      save: `сохраню этот разговор как ${code(save)}`,
      load: `дам агенту прочитать ${code(save)}`,
      branch: 'скопирую этот разговор в новый чат',
    }[what];
    return `Хорошо, ${does}, как только агент освободится.`;
  },

  'save cannot be called so': () =>
    'Так назвать сохранение нельзя. Годятся до 64 латинских букв, цифр, `-` и `_`, например `!save trip_2`.',

  'no saves': () => 'С этим агентом сохранений пока нет. `!save` сделает первое.',

  'no such save': ({ save }) => `Сохранения ${code(save)} я не знаю. Все покажет \`!load\`.`,

  'choose a save': ({ saves }) => {
    const lines = saves.map((save, index) => `${index + 1}. ${code(save.name)}, ${when(save.at)}`);
    const list = linesWithin(LIST_BYTES, lines, (count) => `\nи ещё ${count}, их можно загрузить по имени`).join('\n');
    return `Что агенту прочитать?\n\n${list}\n\nНапиши номер или \`0\`, если ничего.`;
  },

  'save number is wrong': ({ count }) =>
    `Напиши, пожалуйста, число ${count === 1 ? '1' : `от 1 до ${count}`} или \`0\`, если ничего.`,

  'save is there already': ({ save }) =>
    `Сохранение ${code(save)} у тебя уже есть. Заменить его? \`!yes\` или \`!no\`?`,

  'clear is meant?': ({ failed, oneMemory }) => {
    const [what, where] = oneMemory === true ? ['во всех твоих комнатах', 'в них'] : ['этот чат', 'здесь'];
    return failed === true
      ? `Значит, ничего не сохранено. Всё равно начать ${what} заново? \`!yes\`, \`!no\` или \`!save\`, чтобы попробовать ещё раз.`
      : `Начать ${what} заново? Агент забудет всё, что ${where} было сказано. \`!yes\`, \`!no\` или \`!save\`, чтобы сначала сохранить.`;
  },

  'dialog is closed': ({ about, expired }) =>
    expired === true ? `${expiredWords[about]} Если это всё ещё нужно, просто попроси снова.` : closedWords[about],

  'nothing to cancel': () => 'Отменять здесь нечего. Ответ прерывает `!stop`.',

  context: ({ chat, number, agent, contextId, loaded, tokens, memory, saves }) => {
    const lines = [
      ...(chat === null ? [] : [`Чат: ${code(chat)}${number === null ? '' : `, номер ${number}`}`]),
      `Агент: ${code(agent)}`,
      `Память: ${code(contextId)}`,
      `Загружено: ${loaded === null ? 'ничего' : `${code(loaded.name)}, ${when(loaded.at)}`}`,
      `Токены: ${tokens.total === 0 ? 'неизвестно' : `${tokens.last} за последний ответ, всего ${tokens.total}`}`,
      ...(memory === undefined ? [] : [remembered(memory)]),
      ...(saves.length === 0 ? ['Сохранения с этим агентом: нет'] : saves.map(savedLine)),
    ];
    const shown = linesWithin(
      LIST_BYTES,
      lines,
      (count) => `и ещё ${counted(count, 'сохранение', 'сохранения', 'сохранений')}`,
    );
    return `Что агент здесь помнит:\n\n${shown.map((line) => `- ${line}`).join('\n')}`;
  },
};

const closedWords: Record<DialogTopic, string> = {
  'a save to load': 'Хорошо, ничего не загружаю.',
  'an overwrite': 'Хорошо, сохранение остаётся прежним.',
  'a clear': 'Хорошо, всё остаётся как было.',
};

const expiredWords: Record<DialogTopic, string> = {
  'a save to load': 'Ты ничего не выбираешь, поэтому список я закрыл.',
  'an overwrite': 'Ответа не было, поэтому сохранение остаётся прежним.',
  'a clear': 'Ответа не было, поэтому всё остаётся как было.',
};

function remembered({ messages, tokens, most, forgotten }: Memory): string {
  if (messages === 0) return `В памяти: пока ничего, поместится токенов: ${most}`;
  const kept = counted(messages, 'последнее сообщение', 'последних сообщения', 'последних сообщений');
  const room = `занято токенов: около ${tokens} из ${most}`;
  const gone = counted(forgotten, 'более раннее', 'более ранних', 'более ранних');
  return `В памяти: ${kept}, ${room}${forgotten === 0 ? '' : `; забыто: ${gone}`}`;
}

const clock = new Intl.DateTimeFormat('ru', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });

/** In UTC: nobody tells the bot where people are. */
function when(at: number): string {
  return `${clock.format(at)} UTC`;
}

function savedLine({ name, at }: { name: string; at: number }): string {
  return `Сохранение: ${code(name)}, ${when(at)}`;
}

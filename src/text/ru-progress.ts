/** What is said of work that goes on, in Russian: what the agent does, what the room does, and why there is no answer. */
import type { Fate, Stage, Status } from '../../machines/status.ts';
import { amountOf } from './amount.ts';
import type { ProgressWords } from './en-progress.ts';
import { code, isTooMuch } from './phrases.ts';
import { amountAfter, amountAlone, counted, filesWait, messages } from './ru-phrases.ts';
import { troubles } from './ru-tables.ts';

type Running = NonNullable<Status['turn']>;
type Over = Extract<Fate, { is: 'over' }>;

export const aboutProgress: ProgressWords = {
  working({ on, step, steps }) {
    if (step === null) return on === null ? 'Агент работает над этим.' : `В работе: ${code(on)}.`;
    const far = steps !== null && step <= steps ? `шаг ${step} из ${steps}` : `шаг ${step}`;
    return on === null ? `В работе: ${far}.` : `В работе: ${code(on)} (${far}).`;
  },

  'agent is done': () => 'Агент сообщает: то, о чём его просили, готово.',
  'agent failed': () => 'Агент сообщает: выполнить просьбу не получилось. Спроси его, что случилось.',
  'agent goes on'({ on, step, steps }) {
    if (step === null) return on === null ? 'Агент продолжает работу.' : `Всё ещё в работе: ${code(on)}.`;
    const far = steps !== null && step <= steps ? `шаг ${step} из ${steps}` : `шаг ${step}`;
    return on === null ? `Всё ещё в работе: ${far}.` : `Всё ещё в работе: ${code(on)} (${far}).`;
  },

  status: ({ turn, line, last, files = 0, asks, company }) =>
    [
      ...(turn === null ? ['Здесь сейчас ничего не происходит.'] : [running(turn), soFar(turn)]),
      // Whoever has sent a file has sent something.
      (files === 0 || last.is !== 'not received') && fate(last),
      line > 0 && last.is !== 'in line' && `В очереди ${messages(line)}.`,
      files > 0 && filesWait(files),
      asks && 'Ещё я жду твоего ответа на мой вопрос выше.',
      company && 'Здесь есть и другие, поэтому я слышу только сообщения, где упоминают меня или отвечают мне.',
    ]
      .filter((sentence) => typeof sentence === 'string' && sentence !== '')
      .join(' '),
};

function running({ stage, task }: Running): string {
  const at = stages[stage.is] as (stage: Stage, does: string) => string;
  return at(stage, task === null ? 'отвечает' : tasks[task]);
}

const tasks: Record<NonNullable<Running['task']>, string> = {
  save: 'сохраняет этот чат',
  load: 'читает сохранённое',
  branch: 'копирует этот чат',
};

const stages: { [Is in Stage['is']]: (stage: Extract<Stage, { is: Is }>, does: string) => string } = {
  'waiting for a place': ({ position }) =>
    position === null
      ? 'Сейчас передам твоё сообщение агенту.'
      : `Агент занят другими чатами, и ${position === 1 ? 'следующая очередь твоя' : `твоё место в очереди ${position}`}.`,
  connecting: () => 'Соединяюсь с агентом, чтобы передать твоё сообщение.',
  'awaiting status': () => 'Соединение с агентом есть, жду, пока он будет готов принять твоё сообщение.',
  'backing off': ({ tries, trouble }) =>
    `${troubles[trouble ?? 'unreachable'].says} Позади ${counted(tries, 'попытка', 'попытки', 'попыток')}, и я пробую дальше.`,
  asked: ({ silent }, does) =>
    `Твоё сообщение у агента, и он ${does === 'отвечает' ? 'работает над ним' : does}.${heard(silent)}`,
  answering: ({ silent }, does) => `Агент ${does}.${heard(silent)}`,
  'awaiting confirmation': ({ left }) =>
    `Агент ждёт ответа на свой вопрос выше: \`!yes\` или \`!no\`?${
      left === null ? '' : ` Через ${duration(left)} молчание будет значить «нет».`
    }`,
  stopping: () => 'Останавливаю ответ.',
  delivering: () => 'Ответ готов и уже на пути к тебе.',
};

/** Nobody wonders about a moment. */
function heard(silent: number | null): string {
  return silent === null ? '' : ` Последний раз от него было слышно ${duration(silent)} назад.`;
}

function soFar({ age }: Running): string {
  return age === null ? '' : `С начала прошло: ${spell(age)}.`;
}

function fate(last: Fate): string {
  switch (last.is) {
    case 'at work':
      return '';
    case 'in line':
      return last.place === 1
        ? 'Твоё последнее сообщение следующее.'
        : `Твоё последнее сообщение в очереди, место ${last.place}.`;
    case 'not received':
      return 'Я не знаю здесь ни одного твоего сообщения. Если оно было, пришли его, пожалуйста, ещё раз.';
    case 'not taken':
      return `Твоё последнее сообщение не поместилось${ago(last.age)}: слишком много уже ждало. Пришли его, пожалуйста, ещё раз.`;
    case 'taken out of the line':
      return `Твоё последнее сообщение снято с очереди${ago(last.age)}. Если ответ ещё нужен, пришли его снова.`;
    case 'not passed on':
      return 'Меня не было, когда пришло твоё последнее сообщение, и до агента оно не дошло. Если это ещё нужно, пришли его снова.';
    case 'over':
      return endings[last.how](ago(last.age), last.trouble);
  }
}

const endings: { [How in Over['how']]: (when: string, trouble: Over['trouble']) => string } = {
  answered: (when) => `Ответ на твоё последнее сообщение пришёл${when}.`,
  done: (when) => `Последняя просьба выполнена${when}.`,
  empty: (when) =>
    `С твоим последним сообщением агент закончил${when}, ничего не сказав. \`!retry\` спросит снова, или попробуй иначе.`,
  stopped: (when) => `Ответ на твоё последнее сообщение остановлен${when}. \`!retry\` спросит снова.`,
  failed(when, trouble) {
    const { says, retry } = trouble === null ? { says: null, retry: true } : troubles[trouble];
    const why = says === null ? '.' : `. Причина: «${says.replace(/\.$/, '')}».`;
    const smaller = isTooMuch(trouble) ? ' Попробуй попросить об этом по частям.' : '';
    return `Последняя просьба закончилась неудачей${when}${why}${retry ? ' `!retry` попробует снова.' : smaller}`;
  },
  interrupted: (when) =>
    `Меня прервали${when}, и ответ на твоё последнее сообщение не закончен. Часть работы агент мог уже сделать. ` +
    '`!retry` спросит снова.',
  refused: (when) =>
    `Ответ на твоё последнее сообщение есть, но сервер чатов его не принял${when}. \`!retry\` попробует снова.`,
  dropped: (when) =>
    `Твоё последнее сообщение снято${when}: этот чат начат заново, или сообщение удалено. Просто пиши дальше.`,
};

function ago(age: number | null): string {
  return age === null ? '' : ` ${duration(age)} назад`;
}

/** About how long, as it stands after «через» and before «назад». */
function duration(ms: number): string {
  const amount = amountOf(ms);
  return amount === null ? 'мгновение' : amountAfter(amount);
}

/** By itself. */
function spell(ms: number): string {
  const amount = amountOf(ms);
  return amount === null ? 'мгновение' : amountAlone(amount);
}

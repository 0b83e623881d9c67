/** What operators read, in Russian. */
import type { Stage } from '../../machines/status.ts';
import type { Trouble } from '../../machines/trouble.ts';
import type { AgentState, Cause, Fate, OpsFacts, RoomRow, RoomState } from '../ports/ops.ts';
import { amountOf } from './amount.ts';
import { isBesidesAgents, type OpsWords } from './ops-words.ts';
import { code } from './phrases.ts';
import { amountAfter, amountAlone, counted, messages, sized } from './ru-phrases.ts';

const USAGE =
  '`!ops status`, `!ops rooms [состояние]`, `!ops why <событие>` (id события или ссылка на сообщение, или ответом на него), `!ops unpark <комната>`.';

export const aboutOps: OpsWords = {
  usage: (word) =>
    word === null ? `Операторы пишут ${USAGE}` : `Я не знаю, что такое ${code(word)}. Операторы пишут ${USAGE}`,
  elsewhere: 'В чужом чате я говорю только, почему на сообщение из него нет ответа. Остальное спроси в своей комнате.',
  status: ({ facts }) => statusOf(facts).map((line) => `- ${line}`),
  rooms: ({ rooms, total }) => [
    total === 0 ? 'Таких нет.' : `Комнаты (${rooms.length === total ? total : `${rooms.length} из ${total}`}):`,
    ...rooms.map((row) => `- ${rowOf(row)}`),
  ],
  why: ({ event, room, agent, fate }) =>
    `${code(event)}${room === null ? '' : ` в ${code(room)}`}: ${fateOf(fate, agent === null ? 'агента' : `агента ${code(agent)}`)}`,
  unparked: ({ room, deed }) => {
    if (deed === 'done') return `${code(room)}: пробую снова.`;
    return deed === 'not parked' ? `${code(room)} не отложена.` : `Я не знаю комнаты ${code(room)}.`;
  },
  report({ cause, is, again, forMs }) {
    const times = again === 0 ? '' : ` С прошлого раза это было ещё ${counted(again, 'раз', 'раза', 'раз')}.`;
    return is === 'began' ? `⚠️ ${began(cause)}${times}` : `✅ ${ended(cause)}${times} Это длилось: ${spell(forMs)}.`;
  },
  more: (count) => `… и ещё ${count}`,
};

function statusOf(facts: OpsFacts): string[] {
  const { rooms } = facts;
  const busy = (Object.keys(states) as RoomState[])
    .filter((state) => rooms[state] > 0)
    .map((state) => `${states[state]}: ${rooms[state]}`);
  const outbox =
    facts.outbox === 0
      ? 'сервер чатов получил всё'
      : `на пути к серверу чатов: ${facts.outbox}, самое старое уже ${duration(facts.outboxAgeMs)}`;
  return [
    facts.ready ? `${healthOf(facts)}; я работаю ${duration(facts.uptimeMs)}.` : facts.missing.join(' '),
    ...facts.causes.filter(isBesidesAgents).map(began),
    ...facts.agents.map(agentOf),
    `Комнаты: ${busy.length === 0 ? 'нет' : busy.join(', ')}.`,
    ...(facts.parkedRooms > 0 ? [`Отложено: ${facts.parkedRooms}, список покажет \`!ops rooms parked\`.`] : []),
    ...(facts.parkedEvents > 0 ? [`Отложенных событий в комнатах: ${facts.parkedEvents}.`] : []),
    `В очереди ${messages(facts.line)}; ${outbox}.`,
    facts.syncAgeMs === null
      ? 'Связи с сервером чатов ещё не было.'
      : `Последняя связь была ${duration(facts.syncAgeMs)} назад.`,
    ...(facts.freeBytes === null ? [] : [`На диске свободно ${sized(facts.freeBytes)}.`]),
    ...(facts.damagedRecords > 0 ? [`Повреждённых записей: ${facts.damagedRecords}; копии сохранены.`] : []),
    ...(facts.refusedMessages > 0 ? [`Не удалось отправить: ${messages(facts.refusedMessages)}.`] : []),
  ];
}

function healthOf({ causes }: OpsFacts): string {
  return causes.length === 0 ? 'Всё в порядке' : 'Я отвечаю людям, но не всё в порядке';
}

function agentOf({ agent, up, trouble, forMs }: AgentState): string {
  if (up === null) return `Агент ${code(agent)}: ещё не спрошен.`;
  return up
    ? `Агент ${code(agent)}: работает.`
    : `Агент ${code(agent)}: не работает ${duration(forMs)}, ${troubles(trouble)}.`;
}

const states: Record<RoomState, string> = {
  'at rest': 'в покое',
  answering: 'отвечают',
  'in line': 'ждут файлов',
  sending: 'отправляют',
  restarting: 'перезапускаются',
  parked: 'отложены',
};

function rowOf({ room, state, person, agent, line, outbox, parked }: RoomRow): string {
  const besides = [
    line > 0 && `в очереди ${line}`,
    outbox > 0 && `не отправлено ${outbox}`,
    parked > 0 && `отложено событий ${parked}`,
  ].filter((part) => part !== false);
  const whose = person === null ? 'ничья' : code(person);
  return `${code(room)}: ${[states[state], ...besides].join(', ')}; ${whose}, агент ${code(agent)}`;
}

function fateOf(fate: Fate, agent: string): string {
  switch (fate.is) {
    case 'unknown':
      return 'я его не знаю. Оно до меня не дошло, или это было слишком давно: я помню последние сообщения каждой комнаты, а то, что пропустил, только со времени запуска.';
    case 'not for the bot':
      return `это не сообщение для меня: ${fate.why}.`;
    case 'of no person':
      return 'его автор не человек (`access.not_people`), и я не отвечаю.';
    case 'overheard':
      return overheard[fate.as];
    case 'room parked':
      return `комната отложена ${duration(fate.agoMs)} назад, потому что слишком часто ломалась (${code(fate.error)}). Сообщение сохранено; \`!ops unpark\` попробует снова.`;
    case 'room restarting':
      return `комната сломалась ${duration(fate.agoMs)} назад (${code(fate.error)}) и перезапускается. Сообщение сохранено.`;
    case 'parked':
      return `на нём комната сломалась ${duration(fate.agoMs)} назад (${code(fate.error)}) и отложила его; автору об этом сказано. Его имя ${code(fate.id)}.`;
    case 'in line':
      return `оно в очереди, место ${fate.place}.`;
    case 'being asked':
      return `сейчас спрашиваю ${agent}${fate.forMs === null ? '' : `, уже ${duration(fate.forMs)}`}: ${stageOf(fate.stage)}.`;
    case 'file waits':
      return 'это файл, он ждёт следующего сообщения.';
    case 'being sent':
      return `ответ на пути к серверу чатов, уже ${duration(fate.forMs)}.`;
    case 'answered':
      return `ответ есть${by(fate.by)}.`;
    case 'over':
      return `${endings[fate.how]}${fate.trouble === null ? '' : `: ${troubles(fate.trouble)}`}${fate.by.length === 0 ? '' : `; автору об этом сказано${by(fate.by)}`}.`;
    case 'not passed on':
      return 'оно написано, пока меня не было, и агенту не передано.';
    case 'not kept':
      return 'его никто не спросит: очередь была полна, или его из неё убрали. Автору об этом сказано.';
    case 'done':
      return `это выполнено сразу (${code(fate.as)}).`;
    case 'forgotten':
      return 'комната его получила и уже не помнит, что с ним стало.';
  }
}

const overheard: Record<Extract<Fate, { is: 'overheard' }>['as'], string> = {
  others: 'его автор не тот, чья это комната, а отвечаю я только ему.',
  'not to the bot': 'в комнате есть другие, и это сказано не мне.',
  'no agent': 'у его автора нет агента, и ему об этом сказано.',
  'others are there': 'в комнате есть другие, а я говорю с каждым отдельно.',
};

const endings: Record<Extract<Fate, { is: 'over' }>['how'], string> = {
  empty: 'агент закончил, ничего не сказав',
  done: 'это выполнено',
  stopped: 'ответ остановлен тем, кто спрашивал',
  failed: 'ничего не вышло',
  interrupted: 'ответ прерван: я остановился, или связь оборвалась',
  refused: 'сервер чатов не принял ответ',
  dropped: 'чат начат заново, или сообщение удалено',
};

function by(events: readonly string[]): string {
  const [last] = events.slice(-1);
  return last === undefined ? '' : `: ${code(last)}`;
}

function stageOf(stage: Stage): string {
  switch (stage.is) {
    case 'waiting for a place':
      return stage.position === null ? 'сейчас передам' : `место ${stage.position} в очереди агента`;
    case 'connecting':
      return 'соединяюсь';
    case 'awaiting status':
      return 'жду его готовности';
    case 'backing off':
      return `${counted(stage.tries, 'попытка', 'попытки', 'попыток')}, ${troubles(stage.trouble ?? 'unreachable')}`;
    case 'asked':
    case 'answering':
      return `${stage.is === 'asked' ? 'сообщение у него' : 'он отвечает'}${stage.silent === null ? '' : `, последний раз слышно ${duration(stage.silent)} назад`}`;
    case 'awaiting confirmation':
      return 'ждёт слова того, кто спрашивал';
    case 'stopping':
      return 'останавливаю';
    case 'delivering':
      return 'ответ готов';
  }
}

function began(cause: Cause): string {
  switch (cause.about) {
    case 'agent':
      return `Агент ${code(cause.agent)} не работает: ${troubles(cause.trouble)}.`;
    case 'room':
      return `${code(cause.room)} отложена: она слишком часто ломалась (${code(cause.error)}). ${code(`!ops unpark ${cause.room}`)} попробует снова.`;
    case 'store':
      return `Состояние не записывается (${code(cause.problem)}). Ничего не потеряно, но дальше дело не пойдёт.`;
    case 'space':
      return `На диске осталось только ${sized(cause.freeBytes)}.`;
    case 'sync':
      return `От сервера чатов ничего не слышно: ${spell(cause.ageMs)}.`;
    case 'workspace':
      return `Файлы агента ${code(cause.agent)} не доходят: ${code(cause.problem)}.`;
    case 'registry':
      return `Файл реестра не принят, действует прежний: ${code(cause.problem)}.`;
  }
}

function ended(cause: Cause): string {
  switch (cause.about) {
    case 'agent':
      return `Агент ${code(cause.agent)} снова работает.`;
    case 'room':
      return `${code(cause.room)} больше не отложена.`;
    case 'store':
      return 'Состояние снова записывается.';
    case 'space':
      return 'На диске снова есть место.';
    case 'sync':
      return 'Сервер чатов снова слышно.';
    case 'workspace':
      return `Файлы агента ${code(cause.agent)} снова доходят.`;
    case 'registry':
      return 'Файл реестра снова принят.';
  }
}

function troubles(trouble: Trouble | null): string {
  return trouble === null ? 'неизвестно почему' : said[trouble];
}

const said: Record<Trouble, string> = {
  unreachable: 'с ним нет связи',
  'no-status': 'он не говорит STATUS',
  protocol: 'он нарушает протокол',
  silent: 'он замолчал',
  'too-long': 'это длилось слишком долго',
  'too-big': 'что-то слишком велико',
  'agent-error': 'он сказал ERROR',
  'files-unseen': 'он не находит файлов',
  'connection-lost': 'связь оборвалась',
  'not-saved': 'сохранения нет',
  'save-is-gone': 'сохранение пропало',
  'workspace-unseen': 'его файлов не видно',
  'model-denied': 'поставщик модели не принимает ключ',
  'model-not-found': 'поставщик не знает такой модели',
  'model-busy': 'поставщик модели перегружен',
  'model-failed': 'у поставщика модели сбой',
  'model-unreachable': 'с поставщиком модели нет связи',
  'model-broke-off': 'модель оборвала ответ',
  'model-filtered': 'поставщик модели не пропустил ответ',
  'model-prompt-too-long': 'для модели это слишком длинно',
  'model-answer-cut': 'ответ длиннее, чем модель может написать',
};

function duration(ms: number): string {
  const amount = amountOf(ms);
  return amount === null ? 'мгновение' : amountAfter(amount);
}

function spell(ms: number): string {
  const amount = amountOf(ms);
  return amount === null ? 'мгновение' : amountAlone(amount);
}

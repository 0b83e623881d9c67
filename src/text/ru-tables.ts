/** What commands are for, what went wrong and why the bot goes, in Russian: the words that stand in tables. */
import type { CommandWords, FarewellWords, TroubleWords } from './notices.ts';

export const commands: CommandWords = {
  help: { purpose: 'показывает этот список' },
  stop: { purpose: 'прерывает ответ, а с `all` убирает и всё, что ждёт', args: '[all]' },
  retry: { purpose: 'задаёт ещё раз последний вопрос или тот, на который ты отвечаешь' },
  status: { purpose: 'говорит, что я делаю и почему ещё нет ответа' },
  clear: { purpose: 'начинает заново: агент забывает всё, что здесь было сказано' },
  new: { purpose: 'создаёт ещё один чат', args: '[название]' },
  chats: { purpose: 'показывает твои чаты, а с `all` и те, что в архиве', args: '[all]' },
  list: { purpose: 'показывает файлы, которые ждут следующего сообщения' },
  remove: { purpose: 'убирает один из этих файлов или все', args: '<номер|all>' },
  rename: { purpose: 'переименовывает этот чат', args: '<название>' },
  archive: { purpose: 'убирает этот чат в архив: в `!chats` его больше не видно' },
  unarchive: { purpose: 'возвращает чат из архива', args: '<номер>' },
  agent: { purpose: 'говорит, какой агент тебе отвечает' },
  whoami: { purpose: 'показывает твой Matrix ID' },
  save: { purpose: 'просит агента сохранить этот разговор', args: '[имя]' },
  load: { purpose: 'показывает сохранения и загружает одно из них в этот чат', args: '[имя]' },
  branch: { purpose: 'продолжает отсюда ещё и в новом чате', args: '[название]' },
  context: { purpose: 'показывает, что у агента в памяти об этом чате' },
  start: { purpose: 'рассказывает, с чего начать' },
  language: { purpose: 'меняет язык, на котором я говорю с тобой', args: '[en|ru]' },
  yes: { purpose: 'отвечает «да» на вопрос агента' },
  no: { purpose: 'отвечает «нет» на вопрос агента' },
  cancel: { purpose: 'закрывает мой вопрос или список' },
};

/** Where the agent has one memory for all that a person writes. */
export const commandsWithOneMemory: CommandWords = {
  ...commands,
  clear: { purpose: 'начинает заново во всех твоих комнатах: агент забывает сказанное в них' },
};

export const troubles: TroubleWords = {
  unreachable: { says: 'Не получается связаться с агентом.', retry: true },
  'no-status': { says: 'Агент не успел подготовиться.', retry: true },
  protocol: { says: 'Агент прислал что-то, чего я не понимаю.', retry: true },
  silent: { says: 'От агента давно ничего не слышно, и ждать я перестал.', retry: true },
  'too-long': { says: 'Это заняло слишком много времени, и я остановил агента.', retry: false },
  'too-big': { says: 'В этом чате набралось слишком много, чтобы передать дальше.', retry: false },
  'agent-error': { says: 'У агента что-то пошло не так.', retry: true },
  'files-unseen': {
    says: 'Агент не находит твоих файлов там, куда я их кладу. Скажи, пожалуйста, об этом тем, кто ведёт этот сервис.',
    retry: true,
  },
  'connection-lost': {
    says: 'Связь с агентом оборвалась раньше, чем он закончил. Часть работы могла быть уже сделана.',
    retry: true,
  },
  'not-saved': { says: 'Агент закончил, но сохранения нет.', retry: true },
  'save-is-gone': { says: 'Этого сохранения больше нет.', retry: false },
  'workspace-unseen': {
    says: 'Мне не видны файлы агента, поэтому не могу сказать, сохранилось ли что-нибудь.',
    retry: false,
  },
  'model-denied': {
    says: 'Владелец языковой модели не пускает к ней этот сервис. Скажи, пожалуйста, об этом тем, кто ведёт этот сервис.',
    retry: true,
  },
  'model-not-found': {
    says: 'Языковой модели, которая здесь настроена, не нашлось. Скажи, пожалуйста, об этом тем, кто ведёт этот сервис.',
    retry: true,
  },
  'model-busy': { says: 'Языковая модель сейчас перегружена. Подожди, пожалуйста, минуту.', retry: true },
  'model-failed': { says: 'На стороне языковой модели что-то пошло не так.', retry: true },
  'model-unreachable': { says: 'Не получается связаться с языковой моделью.', retry: true },
  'model-broke-off': { says: 'Языковая модель замолчала посреди ответа.', retry: true },
  'model-filtered': {
    says: 'Этот ответ не пропустили правила того, кому принадлежит языковая модель. Попробуй другими словами.',
    retry: true,
  },
  'model-prompt-too-long': { says: 'Для языковой модели это слишком длинно.', retry: false },
  'model-answer-cut': {
    says: 'Ответ обрывается здесь: длиннее языковая модель не пишет. Напиши «продолжай», чтобы получить остальное.',
    retry: false,
  },
};

export const farewells: FarewellWords = {
  'the person may not invite':
    'Извини, мне не разрешено с тобой разговаривать. Попроси доступ у тех, кто ведёт этот сервис.',
  'the person invites too often': 'От тебя пришло сразу много приглашений. Попробуй ещё раз через несколько минут.',
  'it names several senders': 'Не понимаю, от кого это приглашение. Пришли, пожалуйста, новое.',
  'it is to a Space': 'В пространства я не вхожу. Пригласи меня в комнату или начни со мной личный чат.',
  'it is for server notices': 'Уведомления сервера я не читаю.',
  'others are in the room': 'Я разговариваю с каждым наедине. Начни со мной личный чат, и я отвечу там.',
  'it could not be entered': 'Не получилось войти в эту комнату. Пригласи меня, пожалуйста, в новую.',
  'the bot is reset': 'Меня запускают с чистого листа. Приглашай снова, когда захочешь.',
};

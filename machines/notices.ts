/** Every sentence to a person, as data: `src/text` finds the words when it is sent. */
import { z } from 'zod';
import { FileFailure, SendFailure, SendTrouble } from './files.ts';
import { RoomId, UserId } from './ids.ts';
import { Memory } from './memory.ts';
import { Status } from './status.ts';
import { Trouble } from './trouble.ts';

export { troubles, Trouble } from './trouble.ts';

/** What people send besides texts and files. */
export const Thing = z.enum(['sticker', 'poll']);
export type Thing = z.infer<typeof Thing>;

/** What a question of our own is about. */
export const DialogTopic = z.enum(['a save to load', 'an overwrite', 'a clear']);
export type DialogTopic = z.infer<typeof DialogTopic>;

/** In which kind of room a command was written, as far as it matters which commands work there. */
export const Place = z.enum(['chat', 'only chat', 'entry', 'refused']);
export type Place = z.infer<typeof Place>;

/** Why the bot goes out of a room, or does not come in; those in it read the words for it beside its leaving. */
export const Farewell = z.enum([
  'the person may not invite',
  'the person invites too often',
  'it names several senders',
  'it is to a Space',
  'it is for server notices',
  'others are in the room',
  'it could not be entered',
  'the bot is reset',
]);
export type Farewell = z.infer<typeof Farewell>;

/** One line of `!chats`. */
export const ChatLine = z.object({ number: z.number(), name: z.string(), archived: z.boolean(), room: RoomId });
export type ChatLine = z.infer<typeof ChatLine>;

/** A save as people see it: its name and when it was made, ms since 1970. */
const save = z.object({ name: z.string(), at: z.number() });

/** A file as people see it; `bytes`: null while it is on its way. */
const fileLine = z.object({ name: z.string(), bytes: z.number().nullable() });

/** A sentence: what its words need to know, and whether it tells that the message which it answers was not taken. */
interface Row<Values> {
  values: Values;
  refuses: boolean;
}

function says<Values extends z.ZodRawShape = Record<never, never>>(values = {} as Values): Row<Values> {
  return { values, refuses: false };
}

function refuses<Values extends z.ZodRawShape = Record<never, never>>(values = {} as Values): Row<Values> {
  return { values, refuses: true };
}

const encrypted = z.boolean().optional();
/** Others are in the room. */
const company = z.boolean().optional();
/** The agent has one memory for all that this person writes, which `!clear` does not empty. */
const oneMemory = z.boolean().optional();

/** One row for each sentence; its words stand in `src/text` under the same key, for each language. */
export const notices = {
  /** `entry`: it is asked for in an entry room. */
  help: says({ inSpace: z.boolean(), entry: z.boolean().optional(), company, oneMemory }),
  'unknown command': refuses({ name: z.string(), place: Place.optional() }),
  /** A command for what the agent keeps: its settings, skills and connections. */
  'the agent keeps that': refuses({ name: z.string(), place: Place.optional() }),
  /** `done`: the command was done all the same. */
  'words are left': refuses({
    ...{ command: z.string(), words: z.string(), done: z.boolean(), entry: z.boolean().optional() },
  }),
  'edit came too late': says(),
  /** `position`: how many messages wait. */
  'text waits': says({ position: z.number() }),
  /** Nothing runs: it goes to the agent as soon as its files are there. */
  'text waits for its files': says(),
  'did you mean !stop': says(),
  'line is dropped': says({ texts: z.number() }),
  'text waits for your word': says(),
  'queue is full': refuses({ limit: z.number() }),
  'agent is busy': says({ position: z.number() }),
  /** `waiting`: how many messages besides the one that waits for the agent. */
  'texts wait for the busy agent': says({ position: z.number(), waiting: z.number() }),
  'thing is not taken': refuses({ thing: Thing }),
  // files of the person; `bytes`: null while one is on its way
  /** One notice of those that came together, which changes with them. */
  /** `most`: the largest that is taken, in bytes; the host fills it in. */
  'files wait': says({ files: z.array(fileLine), failed: z.array(FileFailure), most: z.number().optional() }),
  /** What is asked for; `removed`: the one that was just taken out. */
  'your files': says({ files: z.array(fileLine), removed: z.string().optional() }),
  /** `inLine`: how many go with messages that wait; left out where none does. */
  'no files wait': refuses({ inLine: z.number().optional() }),
  'file number is wrong': refuses({ count: z.number() }),
  'all files are removed': says({ files: z.number() }),
  'too many files wait': refuses({ limit: z.number() }),
  'file cannot be read': refuses(),
  /** They wait for the next text again; `again`: `!retry` takes them along too. */
  'files are kept': says({ files: z.number(), again: z.boolean().optional() }),
  'files are gone': says({ names: z.array(z.string()) }),
  // files of the agent
  'files were not sent': says({ files: z.array(SendFailure) }),
  /** It is too long to show, and could not be sent as a file. */
  'answer is cut off': says({ why: SendTrouble }),
  // Nobody says these any more: they may wait in an outbox of an earlier version.
  'files are not taken': refuses(),
  'agent sent a file': says({ path: z.string() }),
  'agent asks': says({ text: z.string() }),
  'question expired': says(),
  /** The person's word on it; `later`: the agent hears it once it is done with what it does. */
  'word is taken': says({ approved: z.boolean(), later: z.boolean() }),
  /** `open`: its question is open again. */
  'word is taken back': says({ open: z.boolean() }),
  'word was passed on': refuses(),
  'no question is open': refuses(),
  stopped: says(),
  'is stopping': refuses(),
  'nothing runs': refuses(),
  'answer is complete': refuses(),
  'nothing to retry': refuses(),
  /** `others`: how many more messages are unanswered; `later`: once the current answer is complete. */
  'asked again': says({ others: z.number(), later: z.boolean() }),
  'message is forgotten': refuses(),
  'it waits already': refuses(),
  /** `messages`: how many were not passed on; `again`: `!retry` asks the newest of them. */
  'you were missed': says({ awayMs: z.number(), messages: z.number(), again: z.boolean() }),
  'still being written': refuses(),
  /** `files`: how many wait for the next message, as before; left out where none does. */
  cleared: says({ waiting: z.number(), files: z.number().optional(), oneMemory }),
  /** In another room of this person, which has the same memory. */
  'cleared elsewhere': says(),
  'agent starts afresh': says(),
  interrupted: says(),
  'empty answer': says(),
  // saves; `save` is the name of one
  'conversation is saved': says({ save: z.string(), cleared: z.boolean().optional(), oneMemory }),
  'save is loaded': says({ save: z.string() }),
  'conversation is copied': says(),
  /** `isSecondStep`: of a copy, that the new chat would begin with it. */
  'task failed': says({
    ...{ what: z.enum(['save', 'load', 'branch']), save: z.string(), trouble: Trouble },
    isSecondStep: z.boolean().optional(),
  }),
  /** It is done once the agent is free; `save`: what it is called, where it is about one. */
  'task waits': says({ what: z.enum(['save', 'load', 'branch']), save: z.string().optional() }),
  'save cannot be called so': refuses(),
  'no saves': refuses(),
  'no such save': refuses({ save: z.string() }),
  'choose a save': says({ saves: z.array(save) }),
  'save number is wrong': refuses({ count: z.number() }),
  'save is there already': says({ save: z.string() }),
  'clear is meant?': says({ failed: z.boolean().optional(), oneMemory }),
  'dialog is closed': says({ about: DialogTopic, expired: z.boolean().optional() }),
  'nothing to cancel': refuses(),
  /** `chat`, `number`: of the chat in the person's Space; null where it is the only one. `memory`: where the agent tells of it. */
  context: says({
    memory: Memory.optional(),
    ...{ chat: z.string().nullable(), number: z.number().nullable(), agent: z.string(), contextId: z.string() },
    ...{ loaded: save.nullable(), tokens: z.object({ last: z.number(), total: z.number() }), saves: z.array(save) },
  }),
  /** What the agent does before, or between, what it says: `on`: in its own words. */
  working: says({ on: z.string().nullable(), step: z.number().nullable(), steps: z.number().nullable() }),
  /** Of its own accord, about what it was asked for before. */
  'agent is done': says(),
  'agent failed': says(),
  'agent goes on': says({ on: z.string().nullable(), step: z.number().nullable(), steps: z.number().nullable() }),
  /** What the room is doing, and why there is no answer yet, or none at all. */
  status: says(Status.shape),
  'answer was refused': says({ tooLarge: z.boolean().optional() }),
  trouble: says({ trouble: Trouble }),
  'only for': refuses({ person: UserId }),
  // people, Spaces and rooms; `chat` is a chat's name, `number` its number in the person's Space;
  // `inSpace`: the person has a Space of chats, not this one room
  // `name` of the person and `agent`: the host knows them when it is said
  greeting: says({
    ...{ defaultAgent: z.boolean(), inSpace: z.boolean(), company, oneMemory },
    ...{ name: z.string().optional(), agent: z.string().optional() },
  }),
  'default agent': says(),
  'agent changed': says({ agent: z.string() }),
  'no agent for you': refuses({ contact: z.string().nullable() }),
  // `encrypted`: what is written in the room at hand cannot be read
  'chat is ready': says({ chat: z.string(), number: z.number(), room: RoomId.optional(), encrypted }),
  /** `list`: the chats themselves; `invited`: the invitations that went out now. */
  'access is restored': says({
    ...{ chats: z.number(), list: z.array(ChatLine).optional(), invited: z.number().optional(), encrypted, company },
  }),
  'invitations are on their way': says(),
  'invitations were refused': refuses({ code: z.string(), encrypted }),
  'chat could not be made': refuses({ code: z.string(), encrypted }),
  'Space could not be made': refuses({ code: z.string(), encrypted }),
  'chat is being made': says(),
  'too many chats are wanted': refuses({ limit: z.number() }),
  chats: says({ chats: z.array(ChatLine), archived: z.number() }),
  'no chats': says(),
  'chat is renamed': says({ chat: z.string() }),
  'name is missing': refuses(),
  'name could not be set': refuses({ code: z.string() }),
  'chat is archived': says({ chat: z.string(), number: z.number() }),
  'you write in an archived chat': says({ number: z.number().optional() }),
  'chat is unarchived': says({ chat: z.string(), number: z.number() }),
  'no such chat': refuses(),
  'this is no numbered chat': refuses(),
  'this is your only chat': refuses(),
  'no more chats are made': refuses(),
  'your agent': says({ agent: z.string(), configured: z.boolean(), entry: z.boolean().optional() }),
  'you are': says({ person: UserId }),
  /** The words themselves are of the one that is set. */
  'language is': says(),
  'language is chosen': says(),
  'no such language': refuses({ language: z.string() }),
  'room is encrypted': says(),
  'memory was lost': says(),
  'notes were damaged': says(),
  'Spaces are not joined': says(),
  'room could not be entered': says({ room: RoomId }),
  /** Said where it is not at home; `room`: said elsewhere, about that one. */
  'others are here': refuses({ room: RoomId.optional() }),
  'room is troubled': refuses(),
};
export type NoticeKey = keyof typeof notices;
type Values<Key extends NoticeKey> = (typeof notices)[Key]['values'];
type ValueOf<Key extends NoticeKey, Name extends keyof Values<Key>> = z.infer<Values<Key>[Name]>;
/** What the words of a notice need to know. */
export type ValuesOf<Key extends NoticeKey> = {
  [Name in keyof Values<Key> as undefined extends ValueOf<Key, Name> ? never : Name]: ValueOf<Key, Name>;
} & {
  [Name in keyof Values<Key> as undefined extends ValueOf<Key, Name> ? Name : never]?: ValueOf<Key, Name>;
};
/** A sentence to a person, as data. */
export type Notice<Keys extends NoticeKey = NoticeKey> = { [Key in Keys]: { key: Key } & ValuesOf<Key> }[Keys];

const options = Object.entries(notices).map(([key, { values }]) => z.object({ key: z.literal(key), ...values }));
export const Notice = z.discriminatedUnion('key', options as never) as unknown as z.ZodType<Notice>;

/** The same, said where what people write cannot be read. */
export function whereNothingIsRead(notice: Notice): Notice {
  return 'encrypted' in notices[notice.key].values ? ({ ...notice, encrypted: true } as Notice) : notice;
}

/** The same, said where others read it too: what a person calls their chats is for them alone. */
export function whereOthersRead(notice: Notice): Notice {
  return 'company' in notices[notice.key].values ? ({ ...notice, company: true } as Notice) : notice;
}

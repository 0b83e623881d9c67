/** The part `policy` of the registry file: one row a key. What else names a key is made from these rows, or checked. */
import { z } from 'zod';
import { languages } from '../../machines/language.ts';
import { about } from './about.ts';
import { defaultNames } from './default-names.ts';
import { Files } from './policy-files.ts';
import { Clear, Context } from './policy-memory.ts';
import { Profile } from './policy-profile.ts';
import { optional, orNull, section, template, userGlob, userId, wellFormed } from './values.ts';

const DAY_MS = 86_400_000;
const limitMs = z.int().min(100).max(DAY_MS);

const Reply = z.strictObject({
  stream: z
    .enum(['edits', 'final'])
    .default('edits')
    .register(about, {
      purpose: '{}',
      choices: { edits: 'the answer grows in the room', final: 'only when it is complete' },
      words: {
        edits: 'grows in the room: {reply.first_edit_ms}, {reply.max_edits}',
        final: 'shown when it is complete',
      },
    }),
  first_edit_ms: z
    .int()
    .min(0)
    .max(DAY_MS)
    .default(2000)
    .register(about, {
      purpose:
        'between the beginning of an answer and its first edit; each further edit waits a tenth longer. The beginning is ' +
        'shown once it is a sentence or 80 characters long, or after a second',
      unit: 'ms',
      words: 'the first edit after {}',
    }),
  max_edits: z.int().min(0).max(1000).default(40).register(about, {
    purpose: 'edits of one answer; the complete answer is always sent',
    words: 'at most {} edits',
  }),
  progress: z
    .enum(['notice', 'off'])
    .default('notice')
    .register(about, {
      purpose: 'what people see of the steps that an agent tells before and between what it says: {}',
      choices: {
        notice:
          'one notice a turn, once something takes longer than a moment; it changes with the steps and goes at the end',
        off: 'nothing',
      },
      words: {
        notice: 'one notice for what the agent does meanwhile',
        off: 'nothing of what the agent does meanwhile',
      },
    }),
  waiting: z
    .enum(['notice', 'reaction', 'both'])
    .default('notice')
    .register(about, {
      purpose: 'what people see of texts that wait: {}',
      choices: {
        notice: 'one notice that moves with the line and goes at its end',
        reaction: '⏳ on each of them',
        both: 'the notice and ⏳',
      },
      words: {
        notice: 'one notice for what waits',
        reaction: '⏳ on what waits',
        both: 'one notice and ⏳ for what waits',
      },
    }),
  queued: z
    .enum(['each', 'together'])
    .default('each')
    .register(about, {
      purpose: 'texts that wait have {}',
      choices: { each: 'a turn each', together: 'one turn together' },
      words: { each: 'waiting texts one by one', together: 'waiting texts together' },
    }),
  most_parts: z.int().min(1).max(1000).default(30).register(about, {
    purpose:
      'messages that one long answer may take; of a longer one all comes as a file besides, and the last one says so',
    words: 'at most {} messages an answer',
  }),
});

const Limits = z.strictObject({
  connect_ms: limitMs.default(5000).register(about, {
    purpose: 'to open a connection to an agent',
    unit: 'ms',
    words: 'connect {}, {limits.connect_tries}',
  }),
  status_ms: limitMs.default(5000).register(about, {
    purpose: "from the connection to the agent's STATUS",
    unit: 'ms',
    words: 'status {}',
  }),
  silence_ms: limitMs.default(120_000).register(about, {
    purpose: 'between two frames of an agent that works on an answer',
    unit: 'ms',
    words: 'silence {}',
  }),
  turn_ms: limitMs.default(1_800_000).register(about, {
    purpose: 'for one answer',
    unit: 'ms',
    words: 'turn {}',
  }),
  frame_bytes: z.int().min(1024).max(134_217_728).default(8_388_608).register(about, {
    purpose: 'the longest frame that is taken from an agent',
    unit: 'bytes',
    words: 'frame {}',
  }),
  queue: z.int().min(1).max(1000).default(100).register(about, {
    purpose: 'texts that wait in a room behind the one that is being answered',
    words: 'queue {}',
  }),
  connect_tries: z.int().min(1).max(100).default(5).register(about, {
    purpose: 'before the person is told that the agent cannot be reached',
    words: '{} tries',
  }),
});

const Onboarding = z.strictObject({
  mode: z
    .enum(['spaces', 'dm'])
    .default('spaces')
    .register(about, {
      purpose: '{}; in a Space the room of the invite only points to the chats',
      choices: { spaces: 'a Space of chats for every person', dm: 'the room of the invite is the chat' },
      words: {
        spaces:
          'a Space for every person, {names.space}, with chats {names.chat}; the room of the invite only points to them',
        dm: 'the room of the invite is the chat: the person is greeted and answered there, and no Space is made',
      },
    }),
  invites_per_minute: z.int().min(1).max(10_000).default(30).register(about, {
    purpose: 'invites of one person within a minute; more are declined',
    words: 'more than {} of one person within a minute are declined too',
  }),
  groups: z
    .enum(['decline', 'accept'])
    .default('decline')
    .register(about, {
      purpose: 'rooms that are public or have other people in them when the bot comes: {}',
      choices: {
        decline: 'it says where to go instead, and leaves those it was invited to',
        accept: 'it stays, and hears of the person only what is said to it: commands, mentions, replies',
      },
      words: {
        decline: 'rooms with others in them are declined',
        accept: 'rooms with others in them are joined, and only what is said to the bot is heard there',
      },
    }),
});

const markdown = z
  .string()
  .trim()
  .min(1)
  .max(2000)
  .regex(/^[\P{Cc}\n\t]*$/u, 'contains control characters')
  .refine(...wellFormed);
const oneGlob = userGlob.describe('a user id with * and ?, in quotes: "@*:example.org", "@ann:*"; everybody is "@*:*"');

const Access = z.strictObject({
  allowed: optional(z.array(oneGlob).max(1000).readonly()).register(about, {
    purpose:
      'who may invite the bot, besides the people in "user_agents": user ids with * and ?; upper and lower case ' +
      'matter in front of the colon only. Left out: everybody of the bot\'s own homeserver. Everybody there is: "@*:*"',
    hint: 'a list of user ids with * and ?: ["@*:example.org"]; or leave it out',
    words: null,
  }),
  not_people: z
    .array(oneGlob)
    .max(1000)
    .readonly()
    .default(['@notices:*'])
    .register(about, {
      purpose:
        'accounts that are no people, such as other bots and the ghosts of a bridge: they are never served, and what ' +
        'they say is not answered',
      hint: 'a list of user ids with * and ?: ["@notices:*", "@telegram_*:example.org"]; or leave it out',
      words: null,
    }),
  unmapped: z
    .enum(['default_agent', 'deny'])
    .default('default_agent')
    .register(about, {
      purpose: 'who answers people whom "user_agents" does not name: {}; they are told so',
      choices: { default_agent: 'the first agent of the list answers', deny: 'nobody answers' },
      words: null,
    }),
  contact: orNull(markdown).register(about, {
    purpose: 'what people without an agent read: a text on how to get access, Markdown',
    hint: 'a text of at most 2000 characters on how to get access, Markdown; or leave it out',
    words: null,
  }),
  deny_repeat: z.enum(['once', 'always']).default('once').register(about, {
    purpose: 'how often a person who is turned away is told so in a room: {}',
    words: null,
  }),
});

const Missed = z.strictObject({
  texts: z
    .enum(['answer', 'notify', 'ignore'])
    .default('answer')
    .register(about, {
      purpose: 'what becomes of what people wrote while the service was down, for two minutes or more: {}',
      choices: {
        answer: 'all of it is answered, oldest first',
        notify: 'each of them is told once that it was not passed on, and !retry asks it',
        ignore: 'nothing: no word of it is heard',
      },
      words: {
        answer:
          'what people wrote while the service was down is answered; after more than {missed.max_downtime_hours} they are told instead',
        notify: 'what people wrote while the service was down is not passed on, and they are told so',
        ignore: 'what people wrote while the service was down is not heard',
      },
    }),
  max_downtime_hours: z.int().min(1).max(8760).default(24).register(about, {
    purpose: 'with "answer": after a longer downtime people are told as with "notify"',
    unit: 'h',
    words: '{}',
  }),
});
/** The default of a name, in each language. */
const defaults = (name: 'space' | 'chat') =>
  languages.map((language) => `"${defaultNames[language][name]}"`).join(' or ');

const Names = z.strictObject({
  space: orNull(template('name')).register(about, {
    purpose:
      'what the bot calls the Space of a person; {name} is the name of the person. Left out: ' +
      `${defaults('space')}, by the language of the person`,
    hint: 'a text; {name} stands for the name of the person',
    words: 'named {}',
  }),
  chat: orNull(template('number')).register(about, {
    purpose:
      'what the bot calls a chat; {number} is the number of the chat in the Space. Left out: ' +
      `${defaults('chat')}, by the language of the person`,
    hint: 'a text; {number} stands for the number of the chat',
    words: 'named {}',
  }),
});

const language = z
  .enum(languages)
  .default('en')
  .register(about, {
    purpose: 'what the bot speaks with people: {}; each person can choose another by !language',
    choices: { en: 'English', ru: 'Russian' },
    words: {
      en: 'English, as long as a person does not choose another one by !language',
      ru: 'Russian, as long as a person does not choose another one by !language',
    },
  });

const onePerson = userId.refine((id) => !/[*?]/.test(id), 'has * or ? in it, and stands for nobody');
const operators = z
  .preprocess(
    (value) => value ?? [],
    z.array(onePerson.describe('a user id, in quotes: "@ann:example.org"')).max(100).readonly(),
  )
  .default([])
  .register(about, {
    purpose:
      'who is told how the service is: they may write !ops in any room with the bot, and read there of agents that are ' +
      'down, rooms that failed, a full disk. The bot asks each agent for its STATUS every eight seconds then',
    hint: 'a list of user ids: ["@ann:example.org"]; or leave it out',
    words: null,
  });

/** The policy as it was written, checked; defaults that need no other part filled in. */
export const WrittenPolicy = z.strictObject({
  reply: section(Reply),
  limits: section(Limits),
  onboarding: section(Onboarding),
  access: section(Access),
  context: section(Context),
  clear: section(Clear),
  missed: section(Missed),
  files: section(Files),
  language,
  names: section(Names),
  profile: section(Profile),
  operators,
});
export type WrittenPolicy = z.infer<typeof WrittenPolicy>;

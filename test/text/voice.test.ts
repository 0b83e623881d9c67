import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Farewell, type Notice, type NoticeKey, notices, Trouble } from '../../machines/notices.ts';
import { languages, type Language } from '../../machines/language.ts';
import { catalogue } from '../../src/text/catalogue.ts';
import { commandsWithOneMemory as inEnglish } from '../../src/text/en-tables.ts';
import { renderNotice } from '../../src/text/notices.ts';
import { commandsWithOneMemory as inRussian } from '../../src/text/ru-tables.ts';
import { formsOf, noticeKeys } from '../support/notice-samples.ts';
import { faultsOf } from './safe-html.ts';

/** Lists, what is asked for as a whole, and what others wrote: as long as they are. */
const long: readonly NoticeKey[] = [
  'help',
  'greeting',
  'chats',
  'access is restored',
  'status',
  'agent asks',
  'choose a save',
  'context',
  'files wait',
  'your files',
  'files are gone',
  'files were not sent',
];
/** What others wrote is Markdown in these, else a value. */
const markdownOfOthers: readonly NoticeKey[] = ['agent asks', 'no agent for you'];
const MARKER = 'Zürich';

type Slips = (words: string) => Record<string, boolean>;

interface Voice {
  oneMemory: typeof inEnglish;
  mostCharacters: number;
  slips: Slips;
  /** How the purpose of a command begins. */
  purpose: RegExp;
  /** How a trouble ends. */
  advice: RegExp;
}

/** Words of the house or from another language, and ways to write in which nobody talks. */
const FOREIGN =
  /\b(?:actor|turn|context|queue|record|session|outbox|effect|state|socket|frame|payload|by now|besides|shall)s?\b/i;
const STIFF = /\b(?:cannot|do not|does not|did not|could not|is not|are not|I am|I have)\b/;

const english: Slips = (words) => ({
  'a typewriter’s apostrophe': words.includes("'"),
  'a word of the house': FOREIGN.test(words),
  'a stiff word': STIFF.test(words),
  'a one of many': /\b1 (?:messages|chats|invitations|files|more messages)\b|\b1 \w+ are\b/.test(words),
  'many of one': /\b(?:0|[2-9]|\d\d+) (?:message|chat|invitation|file|more message)\b/.test(words),
});

const WITHOUT_DOTS =
  /(?<!\p{L})(?:еще|н?ее|мое|твое|свое|моем|твоем|своем|счел|зашел|пришел|вошел|ведет|идет|ждет|вернет|придет|начнет|прервет|создает|задает|найдет)(?!\p{L})/iu;
const FORMAL = /(?<!\p{L})(?:вы|вас|вам|ваш\p{L}*|\p{L}{2,}(?:йте|ите))(?!\p{L})/iu;
const MIXED = /\p{Script=Cyrillic}[A-Za-z]|[A-Za-z]\p{Script=Cyrillic}/u;
const OF_THE_HOUSE = /(?<!\p{L})(?:актор|контекст|сесси|сокет|пейлоад|фрейм|юзер)/iu;
const GENDERED = /(?<!\p{L})ты (?:уже |ещё |сам |только )?\p{L}{2,}(?:л|ла|лся|лась)(?!\p{L})/iu;

/** Words that stand beside numbers, with what ends them. */
const counted: Record<string, Partial<Record<Intl.LDMLPluralRule, string>>> = {
  сообщени: { one: 'е', few: 'я', many: 'й' },
  приглашени: { one: 'е', few: 'я', many: 'й' },
  чат: { one: '', few: 'а', many: 'ов' },
  файл: { one: '', few: 'а', many: 'ов' },
};
const rules = new Intl.PluralRules('ru');

function isMiscounted(words: string): boolean {
  const found = [...words.matchAll(/(\d+)[ \u00a0](сообщени|приглашени|чат|файл)(\p{L}*)/gu)];
  return found.some(([, count, word = '', end]) => counted[word]?.[rules.select(Number(count))] !== end);
}

const russian: Slips = (words) => ({
  'е for ё': WITHOUT_DOTS.test(words),
  'a formal you': FORMAL.test(words),
  'foreign quotes': /["'“”„‘’]/.test(words),
  'a letter of the other alphabet': MIXED.test(words),
  'a word of the house': OF_THE_HOUSE.test(words),
  'what only some may be called': GENDERED.test(words),
  'a number that does not fit': isMiscounted(words),
});

const voices: Record<Language, Voice> = {
  en: {
    ...{ oneMemory: inEnglish, mostCharacters: 250, slips: english, purpose: /^[a-z]+s / },
    advice: /`!retry` asks again\.$|Try [^.]*\.$/,
  },
  ru: {
    ...{ oneMemory: inRussian, mostCharacters: 260, slips: russian, purpose: /^[а-яё]+т[ ,]/ },
    advice: /`!retry` спросит заново\.$|Попробуй [^.]*\.$/,
  },
};

/** Fields of numbers and of words from outside, filled with any. */
function anyOf(schema: z.core.$ZodType): fc.Arbitrary<unknown> {
  if (schema instanceof z.ZodEnum) return fc.constantFrom(...schema.options);
  if (schema instanceof z.ZodBoolean) return fc.boolean();
  if (schema instanceof z.ZodNumber) return fc.constantFrom(0, 1, 2, 3, 5, 11, 21, 22, 25);
  if (schema instanceof z.ZodNullable) return fc.option(anyOf(schema.unwrap() as z.core.$ZodType));
  if (schema instanceof z.ZodUnion) return fc.oneof(...schema.options.map(anyOf));
  if (schema instanceof z.ZodLiteral) return fc.constantFrom(...schema.values);
  if (schema instanceof z.ZodOptional) {
    return fc.option(anyOf(schema.unwrap() as z.core.$ZodType), { nil: undefined });
  }
  if (schema instanceof z.ZodArray) return fc.array(anyOf(schema.element as z.core.$ZodType), { maxLength: 3 });
  if (schema instanceof z.ZodObject) return shapeOf(schema.shape as Shape);
  const words = fc.constantFrom(
    'Rome',
    '<b>&</b>',
    'a`b',
    '**x** [y](https://z.test)',
    '  two  words ',
    '@room',
    'M_X',
  );
  return fc
    .oneof(
      words,
      words.map((word) => `@${word.replaceAll(/[:\s]/g, '')}:hs.test`),
      words.map((word) => `!${word}:hs.test`),
    )
    .filter((value) => z.safeParse(schema, value).success);
}

type Shape = Readonly<Record<string, z.core.$ZodType>>;

function shapeOf(shape: Shape): fc.Arbitrary<object> {
  return fc.record(Object.fromEntries(Object.entries(shape).map(([name, schema]) => [name, anyOf(schema)])));
}

function anyNotice(key: NoticeKey): fc.Arbitrary<Notice> {
  return shapeOf(notices[key].values).map((values) => ({ key, ...values }) as Notice);
}

/** What is said in our own words: without values, links and what others wrote. */
function ownWords(body: string): string {
  return body
    .replace(/^>.*$/gm, '')
    .replace(/\]\([^)]*\)/g, ']')
    .replace(/(`+)[^`](?:[^]*?[^`])?\1(?!`)/g, MARKER);
}

/** What is wrong with a sentence, by name. */
function slipsIn(body: string, language: Language): string[] {
  const words = ownWords(body);
  return Object.entries({
    'two blanks': / {2}/.test(words),
    'a blank before a mark': / [.,;:!?)]/.test(words),
    'two marks': /[.,;:?!]{2}/.test(words),
    'no mark at the end': !/(?:[.!?]|^- .*)$/.test(words.trimEnd().split('\n').at(-1) ?? ''),
    'no value': /undefined|null|NaN|\[object/.test(words),
    ...voices[language].slips(words),
  }).flatMap(([name, isSo]) => (isSo ? [name] : []));
}

describe.each(languages)('the voice of the bot (%s)', (language) => {
  const { oneMemory, mostCharacters, purpose, advice } = voices[language];
  const { commands, farewells } = catalogue[language];
  const say = renderNotice(catalogue[language], 'hs.test');

  test.each(noticeKeys)('%s: has no slip, whatever its values', (key) => {
    fc.assert(
      fc.property(anyNotice(key), (notice) => {
        const { body, html = '' } = say(notice);
        const [ours = ''] = key === 'no agent for you' ? body.split('\n\n') : [body];
        expect(slipsIn(ours, language)).toEqual([]);
        expect(faultsOf(html)).toEqual([]);
        if (!markdownOfOthers.includes(key)) expect(html).not.toMatch(/<b>|<a href="https:\/\/z\.test/);
      }),
      { numRuns: 60 },
    );
  });

  test.each(noticeKeys.filter((key) => !long.includes(key)))('%s: can be read at a glance', (key) => {
    for (const notice of formsOf(key)) {
      const shown = say(notice).body.replace(/\]\([^)]*\)/g, ']');
      expect(shown.length).toBeLessThan(mostCharacters);
      expect(shown.split('\n').length).toBeLessThan(4);
    }
  });

  test.each(Farewell.options)('its farewell has no slip: %s', (why) => {
    expect(slipsIn(farewells[why], language)).toEqual([]);
    expect(farewells[why].length).toBeLessThan(mostCharacters);
  });

  test('says of each command in a few words what it does', () => {
    for (const { purpose: said } of [...Object.values(commands), ...Object.values(oneMemory)]) {
      expect(slipsIn(`${said}.`, language)).toEqual([]);
      expect(said).toMatch(purpose);
      expect(said.length).toBeLessThan(80);
    }
  });

  test.each(Trouble.options)('says what can be done: %s', (trouble) => {
    expect(say({ key: 'trouble', trouble }).body).toMatch(advice);
  });
});

describe('the check hears', () => {
  test.each<[string, string[], Language?]>([
    ['Two  blanks.', ['two blanks']],
    ['A blank .', ['a blank before a mark']],
    ['Two marks..', ['two marks']],
    ['No end', ['no mark at the end']],
    ["It's so.", ['a typewriter’s apostrophe']],
    ['Your turn is in the queue.', ['a word of the house']],
    ['I cannot.', ['a stiff word']],
    ['It is undefined.', ['no value']],
    ['There are 1 messages.', ['a one of many']],
    ['There are 2 chat.', ['many of one']],
    ['The chat `in two  parts .` is "fine".', []],
    ['Напиши еще раз.', ['е for ё'], 'ru'],
    ['Напишите мне, это для вас.', ['a formal you'], 'ru'],
    ['Скажи "да".', ['foreign quotes'], 'ru'],
    ['Этo не так.', ['a letter of the other alphabet'], 'ru'],
    ['Контекст потерян.', ['a word of the house'], 'ru'],
    ['Ты написал это.', ['what only some may be called'], 'ru'],
    ['В очереди 21 сообщений, 2 чата и 11 приглашений.', ['a number that does not fit'], 'ru'],
    ['В очереди 21 сообщение, 22 чата и 11 приглашений: «ещё» и `so"`.', [], 'ru'],
  ])('%j', (sentence, slips, language = 'en') => {
    expect(slipsIn(sentence, language)).toEqual(slips);
  });
});

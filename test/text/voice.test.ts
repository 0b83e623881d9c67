import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Farewell, type Notice, type NoticeKey, notices, Trouble } from '../../machines/notices.ts';
import { commandsWithOneMemory, farewells } from '../../src/text/en-tables.ts';
import { en } from '../../src/text/en.ts';
import { renderNotice } from '../../src/text/notices.ts';
import { formsOf, noticeKeys } from '../support/notice-samples.ts';
import { faultsOf } from './safe-html.ts';

const say = renderNotice(en, 'hs.test');

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
];
/** What others wrote is Markdown in these, else a value. */
const markdownOfOthers: readonly NoticeKey[] = ['agent asks', 'no agent for you'];
const MOST_CHARACTERS = 250;
const MARKER = 'Zürich';

/** Words of the house or from another language, and ways to write in which nobody talks. */
const FOREIGN =
  /\b(?:actor|turn|context|queue|record|session|outbox|effect|state|socket|frame|payload|by now|besides|shall)s?\b/i;
const STIFF = /\b(?:cannot|do not|does not|did not|could not|is not|are not|I am|I have)\b/;

/** Fields of numbers and of words from outside, filled with any. */
function anyOf(schema: z.core.$ZodType): fc.Arbitrary<unknown> {
  if (schema instanceof z.ZodEnum) return fc.constantFrom(...schema.options);
  if (schema instanceof z.ZodBoolean) return fc.boolean();
  if (schema instanceof z.ZodNumber) return fc.nat({ max: 3 });
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
function slipsIn(body: string): string[] {
  const words = ownWords(body);
  return Object.entries({
    'two blanks': / {2}/.test(words),
    'a blank before a mark': / [.,;:!?)]/.test(words),
    'two marks': /[.,;:?!]{2}/.test(words),
    'no mark at the end': !/(?:[.!?]|^- .*)$/.test(words.trimEnd().split('\n').at(-1) ?? ''),
    'a typewriter’s apostrophe': words.includes("'"),
    'a word of the house': FOREIGN.test(words),
    'a stiff word': STIFF.test(words),
    'no value': /undefined|null|NaN|\[object/.test(words),
    'a one of many': /\b1 (?:messages|chats|invitations|more messages)\b|\b1 \w+ are\b/.test(words),
    'many of one': /\b(?:0|[2-9]|\d\d+) (?:message|chat|invitation|more message)\b/.test(words),
  }).flatMap(([name, isSo]) => (isSo ? [name] : []));
}

describe('the voice of the bot', () => {
  test.each(noticeKeys)('%s: has no slip, whatever its values', (key) => {
    fc.assert(
      fc.property(anyNotice(key), (notice) => {
        const { body, html = '' } = say(notice);
        const [ours = ''] = key === 'no agent for you' ? body.split('\n\n') : [body];
        expect(slipsIn(ours)).toEqual([]);
        expect(faultsOf(html)).toEqual([]);
        if (!markdownOfOthers.includes(key)) expect(html).not.toMatch(/<b>|<a href="https:\/\/z\.test/);
      }),
      { numRuns: 60 },
    );
  });

  test.each(noticeKeys.filter((key) => !long.includes(key)))('%s: can be read at a glance', (key) => {
    for (const notice of formsOf(key)) {
      const shown = say(notice).body.replace(/\]\([^)]*\)/g, ']');
      expect(shown.length).toBeLessThan(MOST_CHARACTERS);
      expect(shown.split('\n').length).toBeLessThan(4);
    }
  });

  test.each(Farewell.options)('its farewell has no slip: %s', (why) => {
    expect(slipsIn(farewells[why])).toEqual([]);
    expect(farewells[why].length).toBeLessThan(MOST_CHARACTERS);
  });

  test('says of each command in a few words what it does', () => {
    for (const { purpose } of [...Object.values(en.commands), ...Object.values(commandsWithOneMemory)]) {
      expect(slipsIn(`${purpose}.`)).toEqual([]);
      expect(purpose).toMatch(/^[a-z]+s /);
      expect(purpose.length).toBeLessThan(80);
    }
  });

  test.each(Trouble.options)('says what can be done: %s', (trouble) => {
    expect(say({ key: 'trouble', trouble }).body).toMatch(/`!retry` asks again\.$|Try [^.]*\.$/);
  });
});

describe('the check hears', () => {
  test.each([
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
  ])('%j', (sentence, slips) => {
    expect(slipsIn(sentence)).toEqual(slips);
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { languageCalled, languages } from '../../machines/language.ts';
import { Farewell, type Notice } from '../../machines/notices.ts';
import { RoomId } from '../../machines/ids.ts';
import { catalogue } from '../../src/text/catalogue.ts';
import { renderNotice, type Words } from '../../src/text/notices.ts';
import { plainly } from '../../src/text/phrases.ts';
import { plural } from '../../src/text/plural.ts';
import { formsOf, noticeKeys } from '../support/notice-samples.ts';
import { faultsOf } from './safe-html.ts';

const { en, ru } = catalogue;
const say = { en: renderNotice(en, 'hs.test'), ru: renderNotice(ru, 'hs.test') };

const room = RoomId.parse('!a:test');
const chats = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ number: index + 1, name: 'Рим', archived: false, room }));
/** What others wrote may be in any language. */
const CYRILLIC = /\p{Script=Cyrillic}/u;

function commandsIn(body: string): string[] {
  return [...new Set([...body.matchAll(/`!(\w+)/g)].map(([, name = '']) => name))].sort();
}

describe.each(noticeKeys)('%s', (key) => {
  test('says in Russian what it says in English, with the same commands', () => {
    for (const notice of formsOf(key)) {
      const [english, russian] = [say.en(notice), say.ru(notice)];
      expect(russian.body).not.toBe(english.body);
      expect(commandsIn(russian.body)).toEqual(commandsIn(english.body));
      expect(russian.body).toMatch(/^(?:[А-ЯЁ]|\*\*[А-ЯЁ])/);
      expect(russian.body).toMatch(CYRILLIC);
      if (key !== 'language is' && key !== 'no such language') expect(english.body).not.toMatch(CYRILLIC);
      expect(faultsOf(russian.html ?? '')).toEqual([]);
    }
  });
});

test('no two notices say the same in Russian', () => {
  const said = noticeKeys.flatMap((key) => [...new Set(formsOf(key).map((notice) => say.ru(notice).body))]);
  expect(new Set(said).size).toBe(said.length);
});

test('every other word has one in each language', () => {
  for (const why of Farewell.options) expect(ru.farewells[why]).toMatch(/^[А-ЯЁ].*[.]$/);
  const told = ({ topics, answers }: Words) => [
    ...[topics.space, topics.chat(2, 'A'), answers.tooLong, answers.image(null), answers.image('A')],
  ];
  expect(told(ru).filter((text) => !CYRILLIC.test(text))).toEqual([]);
  expect(told(en).filter((text) => CYRILLIC.test(text))).toEqual([]);
});

const written = new URL('../machines/golden/notices.json', import.meta.url);
const released = JSON.parse(readFileSync(written, 'utf8')) as Notice[];

test.each(released)('$key of a released version is said in each language', (notice) => {
  for (const language of languages) expect(say[language](notice).body).not.toMatch(/undefined|NaN|\[object/);
});

describe('numbers decline', () => {
  const counts = [0, 1, 2, 3, 5, 11, 21, 22, 25];
  const words = (...forms: string[]) => counts.map((count, index) => `${count}\u00a0${forms[index] ?? ''}`);
  const [e, a, i] = ['сообщение', 'сообщения', 'сообщений'];
  const messages = words(i, e, a, a, i, i, e, a, i);
  const chatWords = words('чатов', 'чат', 'чата', 'чата', 'чатов', 'чатов', 'чат', 'чата', 'чатов');
  const invitations = words(...[i, e, a, a, i, i, e, a, i].map((form) => form.replace('сообщ', 'приглаш')));
  const said = (notice: (count: number) => Notice) => counts.map((count) => say.ru(notice(count)).body);

  test.each<[string, (count: number) => Notice]>([
    ['queue is full', (limit) => ({ key: 'queue is full', limit })],
    ['line is dropped', (texts) => ({ key: 'line is dropped', texts })],
    ['texts wait', (waiting) => ({ key: 'texts wait for the busy agent', position: 1, waiting })],
  ])('messages: %s', (_, notice) => {
    expect(said(notice).map((body) => /\d+\u00a0\p{L}+/u.exec(body)?.[0])).toEqual(messages);
  });

  test('chats and invitations', () => {
    const archived = said((count) => ({ key: 'chats', chats: [], archived: count }));
    const making = said((limit) => ({ key: 'too many chats are wanted', limit }));
    for (const bodies of [archived, making])
      expect(bodies.map((body) => /\d+\u00a0\p{L}+/u.exec(body)?.[0])).toEqual(chatWords);
    const back = said((invited) => ({ key: 'access is restored', chats: 2, list: chats(2), invited }));
    expect(back.map((body) => /\d+\u00a0\p{L}+/u.exec(body)?.[0] ?? null)).toEqual(
      invitations.map((word, index) => (index < 2 ? null : word)),
    );
    expect(back[1]).toContain('Я отправил тебе приглашение. Прими его и продолжай в своих чатах:');
    expect(back[2]).toContain('Я отправил тебе 2\u00a0приглашения. Прими их');
  });

  test('with one message or chat, or none, the sentence changes', () => {
    expect([1, 2].map((position) => say.ru({ key: 'text waits', position }).body)).toEqual([
      'Принято, это сообщение следующее. `!stop` прервёт текущий ответ.',
      'Принято, в очереди 2\u00a0сообщения. `!stop` прервёт текущий ответ.',
    ]);
    expect([0, 1].map((waiting) => say.ru({ key: 'cleared', waiting }).body)).toEqual([
      'Начинаем заново: агент больше не помнит того, что было сказано выше.',
      'Начинаем заново: агент больше не помнит того, что было сказано выше. Дальше пойдёт то, что уже отправлено: в очереди 1\u00a0сообщение.',
    ]);
    expect([1, 5].map((files) => say.ru({ key: 'cleared', waiting: 0, files }).body)).toEqual([
      'Начинаем заново: агент больше не помнит того, что было сказано выше. Следующего сообщения ждёт 1\u00a0файл: какой, покажет `!list`.',
      'Начинаем заново: агент больше не помнит того, что было сказано выше. Следующего сообщения ждут 5\u00a0файлов: какие, покажет `!list`.',
    ]);
  });

  test('a form that a language does not tell apart is the general one', () => {
    const rules = new Intl.PluralRules('en');
    expect([0, 1, 2].map((count) => plural(rules, count, { one: 'a', few: 'b', other: 'c' }))).toEqual(['c', 'a', 'c']);
    expect(plural(new Intl.PluralRules('ru'), 1.5, { one: 'a', few: 'b', many: 'c', other: 'd' })).toBe('d');
  });
});

describe('a greeting', () => {
  const first = (notice: Partial<Notice & { key: 'greeting' }>, language: 'en' | 'ru' = 'en') =>
    say[language]({ key: 'greeting', defaultAgent: false, inSpace: true, ...notice }).body.split('\n')[0];

  test('names the person and who will answer', () => {
    const names = { name: 'Ann', agent: 'Assistant' };
    expect([first(names), first({ ...names, defaultAgent: true }), first({ ...names, company: true })]).toEqual([
      'Hello Ann! **Just write**, and Assistant answers here. Useful commands:',
      'Hello Ann! **Just write**, and Assistant, the default agent, answers here. Once you have an agent of your own, it takes over by itself. Useful commands:',
      'Hello Ann! Others are here too, so I only listen when you **mention me or reply to me**. Do that, and Assistant answers here. Useful commands:',
    ]);
    const russian = { name: 'Аня', agent: 'Ассистент' };
    expect([
      first(russian, 'ru'),
      first({ ...russian, defaultAgent: true }, 'ru'),
      first({ ...russian, company: true }, 'ru'),
    ]).toEqual([
      'Привет, Аня! **Просто пиши**, и здесь ответит Ассистент. Полезные команды:',
      'Привет, Аня! **Просто пиши**, и здесь ответит Ассистент, агент по умолчанию. Когда у тебя появится свой агент, он подключится сам. Полезные команды:',
      'Привет, Аня! Здесь есть и другие, поэтому я слушаю, только когда ты **упоминаешь меня или отвечаешь мне**. Тогда здесь ответит Ассистент. Полезные команды:',
    ]);
  });

  test.each([
    ['Ann B. O’Hara-Smith', 'Ann B. O’Hara-Smith'],
    ['Аня Ёжикова', 'Аня Ёжикова'],
    ['李小龍', '李小龍'],
    ['Ann 🌸', 'Ann 🌸'],
    ['evil.example', '`evil.example`'],
    ['@room', '`@room`'],
    ['<b>Ann</b>', '`<b>Ann</b>`'],
    ['**Ann**', '`**Ann**`'],
    ['[x](https://y)', '`[x](https://y)`'],
    ['', '` `'],
    ['\u202eAnn\n\nB', 'Ann B'],
    ['x'.repeat(1_000), `\`${'x'.repeat(200)}…\``],
  ])('takes the name %j as %s', (name, shown) => {
    expect(plainly(name)).toBe(shown);
    expect(first({ name })).toBe(`Hello ${shown}! **Just write**, and your agent answers here. Useful commands:`);
  });
});

test.each([
  ['en', 'en'],
  ['EN', 'en'],
  ['en-GB', 'en'],
  ['english', 'en'],
  ['английский', 'en'],
  ['ru', 'ru'],
  ['ru_RU', 'ru'],
  ['Русский', 'ru'],
  ['по-русски', 'ru'],
  ['russian', 'ru'],
  ['de', undefined],
  ['', undefined],
  ['constructor', undefined],
])('the language called %j is %s', (written, language) => {
  expect(languageCalled(written)).toBe(language);
});

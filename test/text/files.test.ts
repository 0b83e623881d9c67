import { describe, expect, test } from 'vitest';
import { FileTrouble, SendTrouble } from '../../machines/files.ts';
import { languages } from '../../machines/language.ts';
import type { Notice } from '../../machines/notices.ts';
import { sizeOf } from '../../src/text/amount.ts';
import { catalogue } from '../../src/text/catalogue.ts';
import { renderNotice } from '../../src/text/notices.ts';
import { bytesOf, roomOf } from '../../src/text/fit.ts';
import { faultsOf } from './safe-html.ts';

const say = { en: renderNotice(catalogue.en, 'hs.test'), ru: renderNotice(catalogue.ru, 'hs.test') };

function lines(notice: Notice, language: 'en' | 'ru' = 'en'): string[] {
  return say[language](notice).body.split('\n');
}

const plan = { name: 'plan.pdf', bytes: 1_400_000 };
const photo = { name: 'photo.png', bytes: null };

describe('the notice of a burst', () => {
  test('lists what waits with numbers and sizes, and says how to go on', () => {
    expect(
      lines({ key: 'files wait', files: [plan, photo, { name: 'photo (1).png', bytes: 999 }], failed: [] }),
    ).toEqual([
      '3 files are waiting for your next message:',
      '',
      '1. `plan.pdf`, 1.4 MB',
      '2. `photo.png`, on its way',
      '3. `photo (1).png`, 999 bytes',
      '',
      'Write what to do with them, and they go along. `!remove 1` takes the first one out, `!remove all` all of them.',
    ]);
  });

  test('speaks of one file as of one', () => {
    expect(lines({ key: 'files wait', files: [plan], failed: [] })).toEqual([
      '1 file is waiting for your next message:',
      '',
      '1. `plan.pdf`, 1.4 MB',
      '',
      'Write what to do with it, and it goes along. `!remove 1` takes it out.',
    ]);
  });

  test('names each file that is not in the tray, and why', () => {
    const failed = [
      { name: 'film.mkv', why: 'too big' as const },
      { name: 'a.txt', why: 'unreachable' as const },
    ];
    expect(lines({ key: 'files wait', files: [plan], failed }).slice(4)).toEqual([
      'Write what to do with it, and it goes along. `!remove 1` takes it out.',
      '',
      'I couldn’t take these 2 files:',
      '',
      '- `film.mkv`: it’s too big',
      '- `a.txt`: I can’t reach the chat server, so please send it again later',
    ]);
    expect(lines({ key: 'files wait', files: [], failed: failed.slice(0, 1) })).toEqual([
      'I couldn’t take `film.mkv`: it’s too big.',
    ]);
  });

  test('says in Russian how many wait', () => {
    const first = (count: number) =>
      lines({ key: 'files wait', files: Array.from({ length: count }, () => plan), failed: [] }, 'ru').slice(0, 3);
    expect([1, 2, 5, 21].map((count) => first(count)[0])).toEqual([
      'Следующего сообщения ждёт 1\u00a0файл:',
      'Следующего сообщения ждут 2\u00a0файла:',
      'Следующего сообщения ждут 5\u00a0файлов:',
      'Следующего сообщения ждёт 21\u00a0файл:',
    ]);
    expect(first(1)[2]).toBe('1. `plan.pdf`, 1,4\u00a0МБ');
  });
});

describe('the list that is asked for', () => {
  test('says what goes along, and what was just taken out', () => {
    expect(lines({ key: 'your files', files: [plan, photo] })).toEqual([
      'These 2 files go along with your next message:',
      '',
      '1. `plan.pdf`, 1.4 MB',
      '2. `photo.png`, on its way',
      '',
      '`!remove 1` takes the first one out, `!remove all` all of them.',
    ]);
    expect(lines({ key: 'your files', files: [plan], removed: 'photo.png' })[0]).toBe(
      'Okay, I took `photo.png` out. This file goes along with your next message:',
    );
    expect(lines({ key: 'your files', files: [], removed: 'plan.pdf' })).toEqual([
      'Okay, I took `plan.pdf` out. No files are waiting any more.',
    ]);
  });

  test.each<[number, string]>([
    [1, 'Only 1 file is waiting. Please write `!remove 1`, or `!list` to see it.'],
    [3, 'Please give a number from 1 to 3, like `!remove 1`. `!list` shows which is which.'],
  ])('has only so many numbers: %i', (count, said) => {
    expect(lines({ key: 'file number is wrong', count })).toEqual([said]);
  });
});

test.each(languages)('each reason has words of its own (%s)', (language) => {
  const taken = FileTrouble.options.map((why) =>
    say[language]({ key: 'files wait', files: [], failed: [{ name: 'a', why }] }),
  );
  expect(new Set(taken.map(({ body }) => body)).size).toBe(FileTrouble.options.length);
  const sent = SendTrouble.options.map((why) =>
    say[language]({ key: 'files were not sent', files: [{ path: 'a', why }] }),
  );
  expect(new Set(sent.map(({ body }) => body)).size).toBe(SendTrouble.options.length);
});

test('files of an agent that are not sent are named as the agent names them', () => {
  const outside = { path: '/etc/passwd', why: 'outside' as const };
  expect(lines({ key: 'files were not sent', files: [outside] })).toEqual([
    'The agent wanted to send you a file, but I couldn’t pass on `/etc/passwd`: it’s outside the agent’s folder.',
  ]);
  expect(lines({ key: 'files were not sent', files: [outside, { path: 'a.txt', why: 'missing' }] })).toEqual([
    'The agent wanted to send you files that I couldn’t pass on:',
    '',
    '- `/etc/passwd`: it’s outside the agent’s folder',
    '- `a.txt`: it isn’t in the agent’s folder',
    '',
    'You can ask the agent to send them again.',
  ]);
});

test('files that go with a message in line are not said to be nowhere', () => {
  expect([undefined, 1, 2].map((inLine) => lines({ key: 'no files wait', ...(inLine && { inLine }) })[0])).toEqual([
    'No files are waiting here. If the agent should have one, just send it.',
    'Your file already goes along with a message that’s waiting to be answered.',
    'Your 2 files already go along with what’s waiting to be answered.',
  ]);
  expect([1, 2].map((inLine) => lines({ key: 'no files wait', inLine }, 'ru')[0])).toEqual([
    'Вместе с тем, что уже ждёт ответа, пойдёт 1\u00a0файл. Больше ни один не ждёт.',
    'Вместе с тем, что уже ждёт ответа, пойдут 2\u00a0файла. Больше ни один не ждёт.',
  ]);
});

test.each<[number, number, string]>([
  [0, 0, 'byte'],
  [1, 1, 'byte'],
  [999, 999, 'byte'],
  [1_000, 1, 'kilobyte'],
  [9_940, 9.9, 'kilobyte'],
  [9_960, 10, 'kilobyte'],
  [999_499, 999, 'kilobyte'],
  [999_500, 1, 'megabyte'],
  [1_450_000, 1.5, 'megabyte'],
  [104_857_600, 105, 'megabyte'],
  [5e12, 5000, 'gigabyte'],
])('%i bytes are %d of a %s', (bytes, count, unit) => {
  expect(sizeOf(bytes)).toEqual({ count, unit });
});

test('a size is said as people of a language say it', () => {
  const said = (language: 'en' | 'ru', bytes: number) =>
    lines({ key: 'your files', files: [{ name: 'a', bytes }] }, language)[2]?.replace('1. `a`, ', '');
  expect([0, 1, 12_000, 2_300_000_000].map((bytes) => said('en', bytes))).toEqual([
    '0 bytes',
    '1 byte',
    '12 KB',
    '2.3 GB',
  ]);
  expect([1, 2, 5, 12_000, 2_300_000_000].map((bytes) => said('ru', bytes))).toEqual(
    ['1 байт', '2 байта', '5 байт', '12 КБ', '2,3 ГБ'].map((size) => size.replace(' ', '\u00a0')),
  );
});

test('a list of files is cut to what can be sent', () => {
  const name = `${'<&'.repeat(60)}.png`;
  const files = Array.from({ length: 100 }, () => ({ name, bytes: 2 }));
  const failed = files.map(() => ({ name, why: 'unreachable' as const }));
  const sent = files.map(() => ({ path: name, why: 'outside' as const }));
  const notices: Notice[] = [
    { key: 'files wait', files, failed },
    { key: 'your files', files, removed: name },
    { key: 'files are gone', names: files.map(() => name) },
    { key: 'files were not sent', files: sent },
  ];
  for (const [language, notice] of languages.flatMap((each) => notices.map((notice) => [each, notice] as const))) {
    const { body, html = '' } = say[language](notice);
    expect(body).toMatch(language === 'en' ? /^(?:- )?and \d\d more$/m : /^(?:- )?и ещё \d\d$/m);
    expect(Buffer.byteLength(body)).toBeLessThan(7_000);
    expect(bytesOf({ body, html })).toBeLessThan(roomOf('edit'));
    expect(faultsOf(html)).toEqual([]);
  }
});

test.each(languages)('a file with an odd name is named and nothing else (%s)', (language) => {
  const name = '`\n\n1. **b** [x](https://evil.example) <img src=x>\u202egnp.exe';
  const { html = '' } = say[language]({
    ...{ key: 'files wait', files: [{ name, bytes: 1 }], failed: [{ name, why: 'gone' }] },
  } as Notice);
  expect(html.match(/<ol>|<strong>|<a |<img|\u202e/g)).toEqual(['<ol>']);
  expect(faultsOf(html)).toEqual([]);
});

import { describe, expect, test } from 'vitest';
import { AgentId, RoomId, UserId } from '../../machines/ids.ts';
import type { Notice } from '../../machines/notices.ts';
import {
  answersFor,
  callingBy,
  callingSoonBy,
  farewellsFor,
  namesFor,
  topicsFor,
  wordsFor,
} from '../../src/compose/words.ts';
import { defaultPolicy } from '../../src/config/policy.ts';
import { createRoster } from '../../src/compose/roster.ts';
import { en } from '../../src/text/en.ts';
import { ru } from '../../src/text/ru.ts';
import { createFakeAlarm } from '../support/fake-alarm.ts';
import { settled } from '../support/until.ts';

const ann = UserId.parse('@ann:hs.test');
const policy = defaultPolicy(ann);

test.each([
  ['Ann B.', 'Ann B.'],
  ['  Ann\n B. ', 'Ann B.'],
  ['\u202eAnn\u0007', 'Ann'],
  ['\u001b[31mAnn', 'Ann'],
  ['👩‍👩‍👧'.repeat(100), '👩‍👩‍👧'.repeat(60)],
  [null, 'ann'],
  [' ', 'ann'],
  ['\u200b\u3164', 'ann'],
])('the Space of somebody called %j is named after %j', async (displayName, name) => {
  const names = namesFor(
    policy,
    callingBy(async () => displayName),
  );
  expect(await names.space(ann, null)).toBe(`${name}'s agents`);
});

test('rooms are linked through the server of the bot', () => {
  const userId = UserId.parse('@bot:hs.test:8448');
  const matrix = { homeserver: 'http://elsewhere', userId, accessToken: 't', password: null, deviceId: null };
  const nobody = { labelOf: (agent: string) => agent, policy: () => policy };
  const words = wordsFor({ matrix, policy: defaultPolicy(userId) }, nobody);
  const line = { number: 1, name: 'Trip', archived: false, room: RoomId.parse('!trip') };
  expect(words({ key: 'chats', chats: [line], archived: 0 }, null).body).toContain(
    '- **1**: `Trip` ([open](https://matrix.to/#/%21trip?via=hs.test%3A8448))',
  );
});

test('the topic of a chat says its number, who answers in it, and how to find out more', () => {
  const { chat } = topicsFor(policy, () => 'Assistant\n of all');
  expect(chat(3, ann, null)).toBe('Chat 3 with Assistant of all. !help lists the commands.');
});

describe('in the language of a person, else in that of the operator', () => {
  const russian = { ...policy, language: 'ru' as const };
  const each = [null, 'en', 'ru'] as const;
  const matrix = { homeserver: 'http://hs', userId: ann, accessToken: 't', password: null, deviceId: null };
  const agents = [
    { id: AgentId.parse('a'), label: 'Assistant', baseUrl: 'ws://a', workspace: '/agents', concurrency: 1 },
  ];
  const roster = createRoster({ matrix, agents, userAgents: {}, policy });

  test('notices are said, and the greeting names the agent as people know it', () => {
    const stop = (words: ReturnType<typeof wordsFor>) => each.map((one) => words({ key: 'nothing runs' }, one).body);
    const [english, russianWords] = [en, ru].map(({ notices }) => notices['nothing runs']({}));
    expect(stop(wordsFor({ matrix, policy }, roster))).toEqual([english, english, russianWords]);
    expect(stop(wordsFor({ matrix, policy: russian }, roster))).toEqual([russianWords, english, russianWords]);
    const tooBig: Notice = { key: 'files wait', files: [], failed: [{ name: 'a', why: 'too big' }] };
    const larger = { ...policy, files: { ...policy.files, maxBytes: 2_000_000 } };
    expect(wordsFor({ matrix, policy: larger }, roster)(tooBig, 'en').body).toBe(
      'I couldn’t take `a`: it’s too big, the limit is 2 MB.',
    );
    const hello = { key: 'greeting', defaultAgent: false, inSpace: true, name: 'Ann' } as const;
    const said = (agent: object) => wordsFor({ matrix, policy }, roster)({ ...hello, ...agent }, null).body;
    expect(said({ agent: 'a' })).toContain('Hello Ann! **Just write**, and Assistant answers here.');
    expect(said({ agent: 'gone' })).toContain('and gone answers here.');
    expect(said({})).toContain('and your agent answers here.');
  });

  test('rooms are named and described, unless the operator has names for them', async () => {
    const names = namesFor(
      russian,
      callingBy(async () => 'Аня'),
    );
    expect(await Promise.all(each.map((one) => names.space(ann, one)))).toEqual([
      ...['Аня: агенты', "Аня's agents", 'Аня: агенты'],
    ]);
    expect(each.map((one) => names.chat(2, one))).toEqual(['Чат 2', 'Chat 2', 'Чат 2']);
    const named = namesFor(
      { ...russian, names: { space: 'Rooms of {name}', chat: 'No. {number}' } },
      callingBy(async () => 'Ann'),
    );
    expect([await named.space(ann, 'ru'), named.chat(2, 'ru')]).toEqual(['Rooms of Ann', 'No. 2']);
    const topics = topicsFor(policy, () => 'A');
    expect(each.map(topics.space)).toEqual([en.topics.space, en.topics.space, ru.topics.space]);
    expect(topics.chat(2, ann, 'ru')).toBe(ru.topics.chat(2, 'A'));
  });

  test('farewells are said, and what of an answer is not shown', () => {
    const why = 'it could not be entered';
    const bye = (chosen: 'ru' | null) => farewellsFor({ policy }, () => chosen)(why, ann);
    expect([bye(null), bye('ru')]).toEqual([en.farewells[why], ru.farewells[why]]);
    const { renderAnswer, renderPreview } = answersFor({ policy });
    const image = '![plot](data:image/png;base64,AAAA)';
    expect(each.map((one) => [...renderAnswer(image, one)].map(({ body }) => body))).toEqual([
      ...[['[image: plot]'], ['[image: plot]'], ['[изображение: plot]']],
    ]);
    expect(renderPreview(`${image} and`, 'resting', 'ru').body).toBe('[изображение: plot] and');
  });
});

describe('whoever waits for a name', () => {
  const called = (displayName: () => Promise<string | null>) => {
    const alarm = createFakeAlarm();
    const name = callingSoonBy(displayName, { alarm, now: alarm.now })(ann);
    return { alarm, name };
  };

  test('gets it once it is known, and nothing stays set', async () => {
    const { alarm, name } = called(async () => 'Ann  B.');
    expect(await name).toBe('Ann B.');
    await settled();
    expect(alarm.pending()).toEqual([]);
  });

  test('gets the first part of the id within a second, or where nobody says it', async () => {
    const { alarm, name } = called(() => new Promise(() => {}));
    alarm.advance(999);
    expect(alarm.pending()).toHaveLength(1);
    alarm.advance(1);
    expect(await name).toBe('ann');
    expect(await called(() => Promise.reject(new Error('closed'))).name).toBe('ann');
  });
});

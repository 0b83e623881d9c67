import { expect, test } from 'vitest';
import { RoomId, UserId } from '../../machines/ids.ts';
import { callingBy, namesFor, topicsFor, wordsFor } from '../../src/compose/words.ts';
import { defaultPolicy } from '../../src/config/policy.ts';

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
  const words = wordsFor({ matrix, agents: [], policy: defaultPolicy(userId) });
  const line = { number: 1, name: 'Trip', archived: false, room: RoomId.parse('!trip') };
  expect(words({ key: 'chats', chats: [line], archived: 0 }, null).body).toContain(
    '- **1**: `Trip` ([open](https://matrix.to/#/%21trip?via=hs.test%3A8448))',
  );
});

test('the topic of a chat says its number, who answers in it, and how to find out more', () => {
  const { chat } = topicsFor(policy, () => 'Assistant\n of all');
  expect(chat(3, ann, null)).toBe('Chat 3 with Assistant of all. !help lists the commands.');
});

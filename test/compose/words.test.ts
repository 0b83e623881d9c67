import { expect, test } from 'vitest';
import { UserId } from '../../machines/ids.ts';
import { namesFor } from '../../src/compose/words.ts';

const ann = UserId.parse('@ann:hs.test');

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
  const names = namesFor({ space: "{name}'s agents", chat: 'Chat {number}' }, async () => displayName);
  expect(await names.space(ann)).toBe(`${name}'s agents`);
});

import { describe, expect, test } from 'vitest';
import type { Notice, Trouble } from '../../machines/notices.ts';
import type { Status } from '../../machines/status.ts';
import { duration } from '../../src/text/en-progress.ts';
import { en } from '../../src/text/en.ts';
import { renderNotice } from '../../src/text/notices.ts';
import { ru } from '../../src/text/ru.ts';

const say = renderNotice(en);
const working = (on: string | null, step: number | null = null, steps: number | null = null) =>
  say({ key: 'working', on, step, steps });
const nothing: Status = { turn: null, line: 0, last: { is: 'not received' }, asks: false, company: false };
const status = (changes: Partial<Status>) => say({ key: 'status', ...nothing, ...changes }).body;
const failure = (trouble: Trouble): Notice => ({
  ...{ key: 'status', ...nothing },
  last: { is: 'over', how: 'failed', trouble, age: null },
});
const failed = (trouble: Trouble) => say(failure(trouble)).body;
const said = (why: string, ...advice: string[]) =>
  ['Nothing is running here. What you last asked for failed. I said why:', `“${why}”`, ...advice].join(' ');
type Stage = NonNullable<Status['turn']>['stage'];
const running = (stage: Stage, age: number | null = 130_000, task: 'save' | null = null) =>
  status({ turn: { stage, age, task }, last: { is: 'at work' } });

describe('what the agent does meanwhile', () => {
  test.each([
    [working('Searching the web', 2, 5), 'Working: `Searching the web` (step 2 of 5).'],
    [working('search'), 'Working: `search`.'],
    [working(null, 2, 5), 'Working: step 2 of 5.'],
    [working('search', 7, 5), 'Working: `search` (step 7).'],
    [working('search', 7), 'Working: `search` (step 7).'],
    [working(null), 'The agent is working on it.'],
  ])('%j', ({ body }, words) => {
    expect(body).toBe(words);
  });

  test('is words and nothing else, whatever the agent calls it', () => {
    const { body, html } = working('<img src=x> **a** [b](https://c.test) @room `d`\nnew line');
    expect(body.split('\n')).toHaveLength(1);
    expect(html).toBe('Working: <code>&lt;img src=x&gt; **a** [b](https://c.test) @room `d` new line</code>.');
  });
});

describe('!status', () => {
  test.each([
    [
      status({}),
      'Nothing is running here. I don’t know of any message from you here. If you wrote one, please send it again.',
    ],
    [status({ files: 1 }), 'Nothing is running here. 1 file is waiting for your next message: `!list` shows it.'],
    [
      status({ last: { is: 'over', how: 'answered', trouble: null, age: null }, files: 2 }),
      'Nothing is running here. Your last message was answered. 2 files are waiting for your next message: `!list` shows them.',
    ],
    [
      running({ is: 'waiting for a place', position: 2 }),
      'The agent is busy with other chats, and you’re number 2 in line. That has taken 2 minutes so far.',
    ],
    [
      running({ is: 'backing off', tries: 3, trouble: 'no-status' }, null),
      'The agent wasn’t ready in time. I’ve tried 3 times and keep trying.',
    ],
    [
      running({ is: 'asked', silent: 125_000 }),
      'The agent has your message and is working on it. I last heard from it 2 minutes ago. That has taken 2 minutes so far.',
    ],
    [
      running({ is: 'answering', silent: 400 }, 3_000),
      'The agent is answering. I last heard from it a moment ago. That has taken 3 seconds so far.',
    ],
    [
      running({ is: 'asked', silent: 2_000 }, 3_000, 'save'),
      'The agent has your message and is saving this chat. I last heard from it 2 seconds ago. That has taken 3 seconds so far.',
    ],
    [
      running({ is: 'awaiting confirmation', left: 3_520_000 }, null),
      'The agent is waiting for your answer to its question above: `!yes` or `!no`? In 59 minutes I’ll take silence as a no.',
    ],
    [
      status({ last: { is: 'over', how: 'failed', trouble: 'silent', age: 7_200_000 } }),
      'Nothing is running here. What you last asked for failed 2 hours ago. I said why: “I haven’t heard from the ' +
        'agent for a while, so I stopped waiting.” `!retry` tries again.',
    ],
    [failed('too-long'), said('That took too long, so I stopped the agent.', 'Try asking for it in smaller steps.')],
    [failed('save-is-gone'), said('That save isn’t there any more.')],
    [
      renderNotice(ru)(failure('unreachable')).body,
      'Здесь сейчас ничего не происходит. Последняя просьба закончилась неудачей. Причина: «Не получается связаться с ' +
        'агентом». `!retry` попробует снова.',
    ],
    [
      status({ last: { is: 'over', how: 'answered', trouble: null, age: null }, asks: true }),
      'Nothing is running here. Your last message was answered. I’m also waiting for your answer to my question above.',
    ],
    [
      status({ last: { is: 'not taken', age: 60_000 }, line: 2, company: true }),
      'Nothing is running here. I couldn’t take your last message 1 minute ago, because too many were already waiting. ' +
        'Please send it again. 2 messages are waiting. Others are here, so I only hear messages that mention me or reply to me.',
    ],
  ])('%s', (body, words) => {
    expect(body).toBe(words);
  });
});

test.each([
  [0, 'a moment'],
  [499, 'a moment'],
  [500, '1 second'],
  [59_499, '59 seconds'],
  [59_500, '1 minute'],
  [3_569_999, '59 minutes'],
  [3_570_000, '1 hour'],
  [170_999_999, '47 hours'],
  [171_000_000, '2 days'],
])('%i ms is %s', (ms, words) => {
  expect(duration(ms)).toBe(words);
});

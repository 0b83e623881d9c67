import { expect, test } from 'vitest';
import { createLog } from '../../src/ops/log.ts';

function logTo(lines: string[], level: 'debug' | 'info' | 'silent' = 'debug', format: 'json' | 'pretty' = 'json') {
  return createLog({ level, format, destination: { write: (line) => lines.push(line) } });
}

test('a line has level, time, fields and the message', () => {
  const lines: string[] = [];
  logTo(lines).info({ room: '!a:x', n: 1 }, 'room opened');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    {
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
      room: '!a:x',
      n: 1,
      msg: 'room opened',
    },
  ]);
});

test('only what is as severe as the level is written', () => {
  const lines: string[] = [];
  const log = logTo(lines, 'info');
  for (const level of ['debug', 'info', 'warn', 'error'] as const) log[level]({}, level);
  expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(['info', 'warn', 'error']);
  const none: string[] = [];
  logTo(none, 'silent').error({}, 'error');
  expect(none).toEqual([]);
});

const secrets = {
  token: 'S1',
  accessToken: 'S2',
  access_token: 'S3',
  password: 'S4',
  secret: 'S5',
  authorization: 'S6',
  Authorization: 'S7',
  body: 'S8',
  formatted_body: 'S9',
  text: 'S10',
  said: 'S11',
};

test.each(['json', 'pretty'] as const)(
  'secrets and what people or agents wrote never reach the log as %s',
  (format) => {
    const lines: string[] = [];
    const log = logTo(lines, 'debug', format);
    const error = Object.assign(new Error('refused'), { ...secrets, response: { headers: secrets } });
    log.info(secrets, 'on top');
    log.info({ a: secrets, list: [secrets], event: { content: { 'm.new_content': secrets } } }, 'below');
    log.error({ err: error, error }, 'in errors');
    log.error(error, 'as errors');
    const text = lines.join('');
    expect(text).not.toMatch(/S\d/);
    expect(text.match(/\[hidden\]/g)).toHaveLength(11 * (1 + 3 + 4 + 2));
    expect(text).toContain('refused');
  },
);

test('fields that are no JSON do not break the caller', () => {
  const lines: string[] = [];
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  logTo(lines).warn({ big: 1n, circle }, 'odd fields');
  const turns = { self: { self: { self: { self: '[Circular]' } } } };
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    { level: 'warn', time: expect.any(String) as string, big: 1, circle: turns, msg: 'odd fields' },
  ]);
});

test('what others wrote neither steers a terminal nor forges a line', () => {
  const lines: string[] = [];
  const log = logTo(lines, 'debug', 'pretty');
  const evil = '\u001b[2J\u009b\r\nforged \\u001b';
  log.info({ name: evil, hostname: evil, file: evil }, 'file received');
  log.error({ err: new Error(evil) }, 'failed');
  const text = lines.join('');
  expect(text).not.toMatch(/[^\n\P{Cc}]/u);
  expect(text).toContain('"file":"?[2J??\\nforged ');
  expect(text.split('\n').filter((line) => line.startsWith('forged'))).toEqual([]);
});

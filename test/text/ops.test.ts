import { describe, expect, test } from 'vitest';
import { AgentId, EventId, RoomId, UserId } from '../../machines/ids.ts';
import { languages } from '../../machines/language.ts';
import { Ending, type Stage } from '../../machines/status.ts';
import { troubles } from '../../machines/trouble.ts';
import type { Cause, Fate, OpsSaid, Report, RoomRow } from '../../src/ports/ops.ts';
import { roomStates } from '../../src/ports/ops.ts';
import { catalogue } from '../../src/text/catalogue.ts';
import { renderOps, renderReports } from '../../src/text/ops.ts';
import { facts } from '../ops/facts.ts';
import { faultsOf } from './safe-html.ts';

const one = AgentId.parse('one');
const ROOM = RoomId.parse('!a:test');
const event = EventId.parse('$event');
const by = [EventId.parse('$first'), EventId.parse('$last')];

const stages: Stage[] = [
  ...[{ is: 'waiting for a place', position: null } as const, { is: 'waiting for a place', position: 2 } as const],
  ...[{ is: 'connecting' } as const, { is: 'awaiting status' } as const, { is: 'stopping' } as const],
  ...[{ is: 'backing off', tries: 2, trouble: null } as const, { is: 'asked', silent: null } as const],
  ...[{ is: 'answering', silent: 5_000 } as const, { is: 'awaiting confirmation', left: 1 } as const],
  { is: 'delivering' },
];
const fates: Fate[] = [
  ...[{ is: 'unknown' } as const, { is: 'not for the bot', why: 'own' } as const, { is: 'of no person' } as const],
  ...(['others', 'not to the bot', 'no agent', 'others are there'] as const).map((as) => ({
    is: 'overheard' as const,
    as,
  })),
  ...[
    { is: 'room parked', error: 'bang', agoMs: 1 } as const,
    { is: 'room restarting', error: 'bang', agoMs: 60_000 } as const,
  ],
  ...[{ is: 'parked', id: 'name', error: 'bang', agoMs: 1 } as const, { is: 'in line', place: 1 } as const],
  ...[{ is: 'in line', place: 3 } as const, { is: 'file waits' } as const, { is: 'being sent', forMs: 5_000 } as const],
  ...stages.map((stage) => ({ is: 'being asked' as const, stage, tries: 1, forMs: 5_000 })),
  ...[{ is: 'answered', by } as const, { is: 'answered', by: [] } as const, { is: 'not passed on' } as const],
  ...Ending.options.flatMap((how) => (how === 'answered' ? [] : [{ is: 'over' as const, how, trouble: null, by: [] }])),
  ...troubles.map((trouble) => ({ is: 'over' as const, how: 'failed' as const, trouble, by })),
  ...[{ is: 'not kept' } as const, { is: 'done', as: 'command.help' } as const, { is: 'forgotten' } as const],
];
const causes: Cause[] = [
  ...[
    { about: 'agent', agent: one, trouble: 'no-status' } as const,
    { about: 'room', room: ROOM, error: 'bang' } as const,
  ],
  ...[{ about: 'store', problem: 'full' } as const, { about: 'space', freeBytes: 1_000_000 } as const],
  ...[{ about: 'sync', ageMs: 90_000 } as const, { about: 'workspace', agent: one, problem: 'missing' } as const],
  { about: 'registry', problem: 'agents.yaml: agents is missing' },
];
const row: RoomRow = {
  ...{ room: ROOM, state: 'parked', person: UserId.parse('@ann:test'), agent: one, line: 1, outbox: 2, parked: 1 },
};
const said: OpsSaid[] = [
  ...[{ is: 'usage', word: null } as const, { is: 'usage', word: 'reboot' } as const, { is: 'status', facts } as const],
  { is: 'status', facts: { ...facts, ready: false, missing: ['No.'], syncAgeMs: null, freeBytes: null, outbox: 0 } },
  ...roomStates.map((state) => ({ is: 'rooms' as const, rooms: [{ ...row, state }], total: 2 })),
  { is: 'rooms', rooms: [{ ...row, person: null, line: 0, outbox: 0, parked: 0 }], total: 1 },
  ...fates.map((fate) => ({ is: 'why' as const, why: { event, room: ROOM, agent: one, fate } })),
  { is: 'why', why: { event, room: null, agent: null, fate: { is: 'unknown' } } },
  ...(['done', 'not there', 'not parked'] as const).map((deed) => ({ is: 'unparked' as const, room: ROOM, deed })),
];
const reports = causes.flatMap((cause): Report[] =>
  (['began', 'ended'] as const).flatMap((is) => [0, 1, 3].map((again) => ({ cause, is, again, forMs: 65_000 }))),
);

describe.each(languages)('in %s', (language) => {
  const words = catalogue[language].ops;

  test('a status with something wrong does not say that all is well, and says once which agent is down', () => {
    const well = renderOps(words, { is: 'status', facts: { ...facts, causes: [] } }).body.split('\n');
    const ill = renderOps(words, { is: 'status', facts }).body.split('\n');
    expect([ill.length, ill[0] === well[0], ill.slice(1)]).toEqual([well.length, false, well.slice(1)]);
  });

  test('all of it has words, in its own script, that show nothing of how it is made', () => {
    const all = [...said.map((one) => renderOps(words, one)), ...reports.map((one) => renderReports(words, [one]))];
    expect(new Set(all.map(({ body }) => body)).size).toBeGreaterThan(all.length * 0.9);
    for (const { body, html = '' } of all) {
      expect(body).not.toMatch(/undefined|\[object|NaN|null/);
      expect(/\p{Script=Cyrillic}/u.test(body)).toBe(language === 'ru');
      expect(faultsOf(html)).toEqual([]);
    }
  });

  test('what comes from outside stays a value', () => {
    const room = RoomId.parse('!a`](https://evil.test):test');
    const [report] = [{ cause: { about: 'room', room, error: '`**x**' }, is: 'began', again: 0, forMs: 0 } as const];
    const all = [
      renderReports(words, [report]),
      renderOps(words, { is: 'usage', word: '<b>x</b> `[a](https://evil.test)' }),
      renderOps(words, { is: 'unparked', room, deed: 'not there' }),
      renderOps(words, { is: 'rooms', rooms: [{ ...row, room }], total: 1 }),
    ];
    for (const { html = '' } of all) expect(html).not.toMatch(/<b>|<strong>|<a /);
  });

  test('of a list that is too long it is said how much is left out', () => {
    const rooms = Array.from({ length: 500 }, (_, index) => ({ ...row, room: RoomId.parse(`!${index}:test`) }));
    const { body } = renderOps(words, { is: 'rooms', rooms, total: 500 });
    expect(Buffer.byteLength(body)).toBeLessThan(7_000);
    expect(body.split('\n').at(-1)).toMatch(/^… .*\d+/);
  });
});

test('a report reads as it should', () => {
  const [began, ended] = reports;
  const say = (language: 'en' | 'ru', ...some: (Report | undefined)[]) =>
    some.map((report) => (report === undefined ? '' : renderReports(catalogue[language].ops, [report]).body));
  expect(say('en', began, ended, reports[5])).toEqual([
    '⚠️ Agent `one` is down: it says no STATUS in time.',
    '⚠️ Agent `one` is down: it says no STATUS in time. It happened once more since I last told you.',
    '✅ Agent `one` is up. It happened 3 times more since I last told you. That lasted 1 minute.',
  ]);
  expect(say('ru', began)).toEqual(['⚠️ Агент `one` не работает: он не говорит STATUS.']);
});

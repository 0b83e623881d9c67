import { createMachine } from 'xstate';
import { describe, expect, it } from 'vitest';
import { roomMachine } from '../../machines/room.machine.ts';
import { messages } from '../../src/diagrams/happenings.ts';
import { cellText, treatments, type Treatment } from '../../src/diagrams/table.ts';

describe('the table state × message', () => {
  const rows = treatments();
  const cellsWith = (treatment: Treatment) =>
    rows.flatMap(({ state, cells }) =>
      cells.flatMap((cell, index) =>
        [cell.usual, ...cell.unless.map(({ then }) => then)].includes(treatment)
          ? [`${state} × ${messages[index]?.type}`]
          : [],
      ),
    );

  it('has a row for every state in which a room can be found', () => {
    expect(rows.map(({ state }) => state)).toEqual([
      'idle',
      'interrupted',
      'asking / waiting for a place',
      'asking / working / connecting',
      'asking / working / awaiting status',
      'asking / working / backing off',
      'asking / working / streaming',
      'asking / awaiting confirmation',
      'asking / stopping',
      'asking / finishing',
      'pointing',
      'refusing',
    ]);
  });

  it('drops nothing', () => {
    expect(cellsWith('dropped')).toEqual([]);
  });

  it('would show a message that the chart forgot', () => {
    const forgetful = createMachine(
      {
        ...roomMachine.config,
        on: without('file.received', roomMachine.config.on),
        states: without('file.received', roomMachine.config.states),
      } as never,
      roomMachine.implementations as never,
    );
    const column = messages.findIndex(({ type }) => type === 'file.received');
    expect(new Set(treatments(forgetful).map(({ cells }) => cellText(cells[column]!)))).toEqual(new Set(['dropped']));
  });

  it('says so when what becomes of a message depends on more than it names', () => {
    const moody = roomMachine.provide({
      guards: { 'a name is given': ({ context }) => context.turn?.discarded !== true },
    });
    expect(() => treatments(moody)).toThrow(
      "'command.rename' in 'asking / stopping' () is taken or refused: name what decides it",
    );
  });

  it('names what goes on in another region, where it makes a difference', () => {
    const { serving } = roomMachine.config.states as Record<string, { states: object }>;
    const dialog = {
      initial: 'none',
      states: { none: { on: { 'command.start': 'open' } }, open: { on: { 'command.agent': {} } } },
    };
    const asking = createMachine(
      {
        ...roomMachine.config,
        states: { ...roomMachine.config.states, serving: { ...serving, states: { ...serving?.states, dialog } } },
      } as never,
      roomMachine.implementations as never,
    );
    const column = messages.findIndex(({ type }) => type === 'command.agent');
    expect(treatments(asking).map(({ state, cells }) => [state, cellText(cells[column]!)])).toEqual(
      rows.map(({ state }) => {
        if (state === 'refusing') return [state, 'refused'];
        return [state, state === 'pointing' ? 'taken' : 'taken (dialog open: ignored)'];
      }),
    );
  });

  /** The chart without one event, wherever it is named. */
  function without(event: string, part: unknown): unknown {
    if (Array.isArray(part)) return part.map((inner) => without(event, inner));
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(
      Object.entries(part).flatMap(([key, inner]) => (key === event ? [] : [[key, without(event, inner)]])),
    );
  }

  it('ignores only a bystander and a refused person who were told', () => {
    expect(cellsWith('ignored').filter((cell) => !cell.endsWith('× bystander.spoke'))).toEqual([
      'refusing × text.received',
      'refusing × file.received',
      'refusing × thing.received',
    ]);
    const column = messages.findIndex(({ type }) => type === 'bystander.spoke');
    expect(new Set(rows.map(({ cells }) => cellText(cells[column]!)))).toEqual(
      new Set(['refused (told before: ignored)']),
    );
  });

  it('tells what a queue and a question change', () => {
    const cell = (state: string, message: string) =>
      rows.find((row) => row.state === state)!.cells[messages.findIndex(({ type }) => type === message)]!;
    const text = (state: string, message: string) => cellText(cell(state, message));
    expect(cell('idle', 'text.received').usual).toBe('taken');
    expect([
      text('asking / working / streaming', 'text.received'),
      text('asking / working / streaming', 'command.retry'),
      text('idle', 'command.yes'),
      text('asking / awaiting confirmation', 'command.no'),
      text('asking / finishing', 'command.stop'),
      text('pointing', 'text.received'),
      text('refusing', 'text.received'),
      text('refusing', 'command.new'),
    ]).toEqual([
      'held (queue full: refused)',
      'refused (something unanswered: held; queue full and something unanswered: refused)',
      'refused (question open: taken)',
      'held (queue full: refused; agent takes confirmations: taken)',
      'refused',
      'taken',
      'refused (told before: ignored)',
      'refused',
    ]);
  });
});

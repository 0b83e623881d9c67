import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { z } from 'zod';
import { personEffectSchemas, roomEffectSchemas } from '../../machines/effect-schemas.ts';
import { personEffects, type PersonEffectParams } from '../../machines/person.model.ts';
import { roomEffects, type RoomEffectParams } from '../../machines/room.effects.ts';
import { formsOf, noticeKeys } from '../support/notice-samples.ts';
import { reread } from './reread.ts';

type Outputs<Schemas extends Record<string, z.ZodType>> = { [Name in keyof Schemas]: z.output<Schemas[Name]> };

const goldens = new URL('../actors/golden/', import.meta.url);

describe('what an outbox keeps', () => {
  it('has a schema for each effect, of the type that the chart asks for', () => {
    type RoomOutputs = Outputs<typeof roomEffectSchemas>;
    type PersonOutputs = Outputs<typeof personEffectSchemas>;
    expectTypeOf<RoomOutputs>().toEqualTypeOf<Pick<RoomEffectParams, keyof RoomOutputs>>();
    expectTypeOf<PersonOutputs>().toEqualTypeOf<Pick<PersonEffectParams, keyof PersonOutputs>>();
    const kept = (effects: Record<string, string>) =>
      Object.keys(effects).filter((name) => effects[name] === 'repeatable');
    expect(Object.keys(roomEffectSchemas)).toEqual(kept(roomEffects));
    expect(Object.keys(personEffectSchemas)).toEqual(kept(personEffects));
  });

  it.each(readdirSync(goldens))('is what it was in the golden record %s', (name) => {
    const { machine, outbox } = JSON.parse(readFileSync(new URL(name, goldens), 'utf8')) as Golden;
    const schemas = machine === 'room' ? roomEffectSchemas : personEffectSchemas;
    for (const { type, params } of outbox) {
      expect(Object.keys(schemas)).toContain(type);
      expect(reread(schemas, type, params)).toEqual(params);
    }
  });

  it.each([
    ['a notice that nobody knows', { notice: { key: 'good morning' }, answers: null }],
    ['a notice that lacks a value', { notice: { key: 'text waits' }, answers: null }],
    ['a notice with a value of another type', { notice: { key: 'text waits', position: 'first' }, answers: null }],
    ['no word on what it answers', { notice: { key: 'stopped' } }],
  ])('is refused with %s', (_, params) => {
    expect(roomEffectSchemas.say.safeParse(params).success).toBe(false);
    expect(personEffectSchemas.say.safeParse({ room: '!room:test', ...params }).success).toBe(false);
  });
});

interface Golden {
  machine: 'room' | 'person';
  outbox: { type: string; params: unknown }[];
}

/** As outboxes of released versions hold them: lines are added here, none is changed. */
const released = JSON.parse(readFileSync(new URL('golden/notices.json', import.meta.url), 'utf8')) as { key: string }[];

const inRecords = readdirSync(goldens)
  .flatMap((name) => (JSON.parse(readFileSync(new URL(name, goldens), 'utf8')) as Golden).outbox)
  .flatMap(({ type, params }) => (type === 'say' ? [(params as { notice: { key: string } }).notice] : []));

describe('notices of released versions', () => {
  it.each(released)('$key: read as it was written', (notice) => {
    const said = { notice, answers: '$1' };
    expect(reread(roomEffectSchemas, 'say', said)).toEqual(said);
    const told = { room: '!room:test', ...said };
    expect(reread(personEffectSchemas, 'say', told)).toEqual(told);
  });

  it('are of every kind, here or in a golden record (else: add what is shown to golden/notices.json)', () => {
    const known = new Set([...released, ...inRecords].map(({ key }) => key));
    const missing = noticeKeys.filter((key) => !known.has(key));
    expect(missing.map((key) => formsOf(key)[0])).toEqual([]);
  });
});

it.each(noticeKeys)('%s goes through a record in all its forms', (key) => {
  for (const notice of formsOf(key)) {
    const said = { notice, answers: null };
    expect(reread(roomEffectSchemas, 'say', said)).toEqual(said);
  }
});

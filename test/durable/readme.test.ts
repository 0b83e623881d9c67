/** The lamp of src/durable/README.md does what the page says. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { createChildren, type Children } from '../../src/durable/children.ts';
import type { Effect, Input } from '../../src/durable/definition.ts';
import { newRecord, readRecord, type Envelope } from '../../src/durable/record.ts';
import { step } from '../../src/durable/step.ts';
import type { Records } from '../../src/durable/world.ts';
import { silentLog } from '../support/log-book.ts';
import { createFakeAlarm } from '../support/fake-alarm.ts';
import { startRoot } from '../support/root.ts';
import { definition } from './lamp.ts';
import { settled, until } from '../support/until.ts';

interface Lamp {
  switched: number;
}

const kind = { ...definition, params: { ring: z.object({ times: z.number() }) } };
const off = newRecord<Lamp>('lamp', 'origin', 'off', { switched: 0 });
const switched: Input = { kind: 'event', id: '1', at: 0, event: { type: 'switch' } };

it('stands on the page as it stands here', () => {
  const read = (file: string) => readFileSync(path.join(import.meta.dirname, file), 'utf8');
  const code = /```ts\n(.*?)```/s.exec(read('../../src/durable/README.md'))?.[1] ?? '';
  const plain = (text: string) => text.replaceAll('export ', '').replace(/\s+/g, '');
  expect(plain(read('lamp.ts'))).toContain(plain(code));
  expect(code.length).toBeGreaterThan(100);
});

it('the step of the page gives what the page says', () => {
  const { record, effects } = step(definition, off, [switched]);
  const ring = { id: '1', type: 'ring', params: { times: 1 }, since: 0, device: 'here', cursor: 0 };
  expect({ value: record.value, context: record.context, timers: record.timers, outbox: record.outbox }).toEqual({
    value: 'on',
    context: { switched: 1 },
    timers: [{ id: 'xstate.after.60000.(machine).on', at: 60_000, event: 'xstate.after.60000.(machine).on' }],
    outbox: [ring],
  });
  expect(effects).toEqual([{ ...ring, class: 'repeatable' }]);
  expect(step(definition, record, [switched]).record).toBe(record);
});

it('a process that comes after a kill performs the effect again and keeps the deadline', async () => {
  const disk = new Map<string, string>();
  const records: Records = {
    read: async (key) => JSON.parse(disk.get(key) ?? 'null') as unknown,
    write: async (key, record) => void disk.set(key, JSON.stringify(record)),
    remove: async (key) => void disk.delete(key),
    keys: async () => [...disk.keys()],
  };
  const process = (time: number) => {
    const performed: Effect[] = [];
    const alarm = createFakeAlarm(time);
    const children: Children<string, Lamp> = createChildren({
      ...{ supervision: startRoot(() => children), definition, records, deadLetters: records },
      readRecord: (stored) => readRecord(stored, kind),
      newRecord: async () => off,
      createEffects: () => ({
        perform: (_, effect) => performed.push(effect),
        release: () => {},
        sayTroubled: () => {},
      }),
      ...{ news: () => [], brief: (_: unknown, inputs: readonly Input[]) => inputs, observe: undefined },
      ...{
        isShared: () => false,
        mayLeaveMemory: () => false,
        holdsAStop: () => false,
        evictAfterMs: 60_000,
        lettersRetryMs: 1_000,
      },
      ...{ alarm, now: alarm.now, log: silentLog, reach: () => {}, onStore: () => {} },
    });
    return { children, performed, alarm };
  };
  const lamp = () => JSON.parse(disk.get('lamp') ?? 'null') as Envelope<Lamp>;

  await process(0).children.deliver('lamp', [switched], 'told');
  const later = process(30_000);
  later.children.wake(new Map([['lamp', readRecord(lamp(), kind)]]));
  await settled();
  expect(later.performed.map(({ id, type }) => [id, type])).toEqual([['1', 'ring']]);
  later.alarm.advance(29_999);
  await settled();
  expect(lamp().value).toBe('on');
  later.alarm.advance(1);
  await until(() => lamp().value === 'off');
});

/** Records of people from a version that gave each new room an alias, and dropped it in a step of its own. */
import { z } from 'zod';
import type { PersonEffectParams } from '../../machines/person.model.ts';

const dropsOfSpaces = "drop the Space's alias";
const dropsOfChats = "drop the chat's alias";

const Item = z.looseObject({ type: z.string(), params: z.looseObject({ operation: z.string() }) });
const Before = z.looseObject({
  value: z.object({ 'making a chat': z.enum(["dropping the Space's alias", "dropping the room's alias"]) }),
  context: z.looseObject({ person: z.string(), space: z.string() }),
  outbox: z.array(z.unknown()),
});

/** Whoever was at such a step takes the one before it again, which changes nothing that is done; others are as they were. */
export function withoutAliasSteps(stored: unknown): unknown {
  const record = Before.safeParse(stored).data;
  if (record === undefined) return withoutDrops(stored);
  const { person, space } = record.context;
  const isOfSpace = record.value['making a chat'] === "dropping the Space's alias";
  const outbox = record.outbox.map((item) => {
    const { type, params, ...others } = Item.safeParse(item).data ?? { type: '', params: {} };
    if (isOfSpace && type === dropsOfSpaces) return { ...others, ...again('mark the Space', { ...params, person }) };
    if (!isOfSpace && type === dropsOfChats) return { ...others, ...again('link the chat', { ...params, space }) };
    return item;
  });
  const value = { 'making a chat': isOfSpace ? 'marking the Space' : 'linking the room' };
  return withoutDrops({ ...record, value, outbox });
}

/** Of a Space that was lost meanwhile. */
function withoutDrops(stored: unknown): unknown {
  const { outbox, ...record } = z.looseObject({ outbox: z.array(z.unknown()) }).safeParse(stored).data ?? {};
  if (outbox === undefined) return stored;
  const isDrop = (item: unknown) => [dropsOfSpaces, dropsOfChats].includes(Item.safeParse(item).data?.type ?? '');
  return { ...record, outbox: outbox.filter((item) => !isDrop(item)) };
}

function again(type: keyof PersonEffectParams, params: object) {
  return { type, params };
}

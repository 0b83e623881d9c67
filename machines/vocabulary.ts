/** What every vocabulary is made of: effects, names that ask for one, and the event that a name can be used on. */
import { enqueueActions, type ActionFunction, type EventObject, type MachineContext } from 'xstate';
import type { EffectClass } from './effects.ts';

/** What a name of a chart looks at. */
export interface Moment<Context, Event> {
  context: Context;
  event: Event;
}

/** A value as it is, or found in the moment. */
export function from<Value extends object, At>(value: Value | ((moment: At) => Value), moment: At): Value {
  return typeof value === 'function' ? value(moment) : value;
}

type Effects<Params> = { [Name in keyof Params]: (moment: unknown, params: Params[Name]) => void };

/** An effect decides nothing: its name and params are what the host carries out after the commit. */
export function effects<Params>(classes: Record<keyof Params, EffectClass>): Effects<Params> {
  const named = Object.keys(classes).map((name) => [name, () => {}]);
  return Object.fromEntries(named) as Effects<Params>;
}

type Asked<Params> = { [Name in keyof Params]: { type: Name; params: Params[Name] } }[keyof Params];

/** An action of a chart that asks for effects. */
type Does<Context extends MachineContext, Event extends EventObject, Params> = ActionFunction<
  Context,
  Event,
  Event,
  undefined,
  never,
  Asked<Params> & { type: string },
  never,
  never,
  EventObject
>;

/** The words of one machine for "this asks for that effect", with params that are found in the moment. */
export function asking<Context extends MachineContext, Event extends EventObject, Params>() {
  return function asks<Name extends keyof Params & string>(
    type: Name,
    params: (moment: Moment<Context, Event>) => Params[Name],
  ): Does<Context, Event, Params> {
    return enqueueActions(({ context, event, enqueue }) =>
      enqueue({ type, params: params({ context, event }) } as never),
    );
  };
}

/** The event, as one of these: on another the chart is wrong, and the event is parked. */
export function as<Event extends EventObject, Type extends Event['type']>(
  event: Event,
  ...types: Type[]
): Extract<Event, { type: Type }> {
  if (!types.includes(event.type as Type)) throw new Error(`'${event.type}' is not what the chart does this on`);
  return event as Extract<Event, { type: Type }>;
}

/** When it happened (ms since 1970): whoever hands an event to the chart adds it. */
export function timeOf(event: EventObject): number {
  return (event as { at?: number }).at ?? 0;
}

/** What the chart is given when it begins: what the record remembers, with the limits. */
export function whatItIsGiven<Given>({ input }: { input: Given }): Given {
  return input;
}

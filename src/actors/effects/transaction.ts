/** The transaction id of what an effect puts into a room. */
import type { Effect } from '../../durable/definition.ts';
import type { Envelope } from '../../durable/record.ts';

/** Stays the same on every try of an effect. */
export function transactionOf({ origin }: Pick<Envelope, 'origin'>, { id }: Pick<Effect, 'id'>): string {
  return `${origin}.${id}`;
}

/** What waits to be sent: messages, and calls that the homeserver counts like messages. */
import type { Outgoing, Priority, Receipt } from '../ports.ts';
import type { Closed, MatrixFailure } from './errors.ts';
import type { Tries } from './patience.ts';

export interface Sending {
  lane: string;
  priority: Priority;
  /** Null: a call, whose maker tries again by itself. */
  message: Outgoing | null;
  tries: Tries;
  /** Null: it only waits for its turn, and what it does then is done elsewhere. */
  run: (() => Promise<unknown>) | null;
  /** Whoever waits for its end: its maker, and those who wanted the same said. */
  waiting: Waiting[];
}

interface Waiting {
  done: (value: unknown) => void;
  failed: (why: MatrixFailure | Closed) => void;
}

/** A failure that all would meet: what met it waits with them. */
export function meetsAll({ kind, retryAfterMs }: MatrixFailure): boolean {
  return kind === 'unauthorised' || kind === 'suspended' || (kind === 'limited' && retryAfterMs !== null);
}

export function tellDone({ waiting }: Sending, value: unknown): void {
  for (const { done } of waiting) done(value);
}

export function tellFailed({ waiting }: Sending, why: MatrixFailure | Closed): void {
  for (const { failed } of waiting) failed(why);
}

export function receiptOf({ code, detail }: MatrixFailure): Receipt {
  return { ok: false, code, detail };
}

export function skipped(detail: string): { ok: false; code: 'skipped'; detail: string } {
  return { ok: false, code: 'skipped', detail };
}

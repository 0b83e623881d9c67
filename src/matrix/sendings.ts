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
  run: () => Promise<unknown>;
  done: (value: unknown) => void;
  failed: (why: MatrixFailure | Closed) => void;
}

/** A failure that all would meet: what met it waits with them. */
export function meetsAll({ kind, retryAfterMs }: MatrixFailure): boolean {
  return kind === 'unauthorised' || kind === 'suspended' || (kind === 'limited' && retryAfterMs !== null);
}

/** `done` and `failed` hear too what becomes of it. */
export function share(sending: Sending, done: Sending['done'], failed: Sending['failed']): void {
  const { done: doneBefore, failed: failedBefore } = sending;
  sending.done = (value) => {
    doneBefore(value);
    done(value);
  };
  sending.failed = (why) => {
    failedBefore(why);
    failed(why);
  };
}

export function receiptOf({ code, detail }: MatrixFailure): Receipt {
  return { ok: false, code, detail };
}

export function skipped(detail: string): { ok: false; code: 'skipped'; detail: string } {
  return { ok: false, code: 'skipped', detail };
}

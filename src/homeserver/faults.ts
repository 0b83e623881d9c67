/** Faults that a test plants: answers that are refused, held back, lost or slow. */
export interface FaultRequest {
  method: string;
  /** Decoded, without the query. */
  path: string;
  /** Whose token it carries. */
  user?: string;
}

export type FaultAnswer =
  /** Answered so, and not processed. */
  | { kind: 'status'; status: number; body?: unknown; headers?: Record<string, string>; contentType?: string }
  /** Processed, then the connection is cut. */
  | { kind: 'lost response' }
  /** The connection is cut before processing. */
  | { kind: 'cut' }
  /** Never answered. */
  | { kind: 'hang' }
  /** Processed after `ms`. */
  | { kind: 'delay'; ms: number };

export interface Fault {
  match: (request: FaultRequest) => boolean;
  /** How many requests it hits; all when absent. */
  times?: number;
  answer: FaultAnswer;
}

/** Troubles that a test switches on. */
export interface Faults {
  add(fault: Fault): void;
  /** Ends all faults; requests that hang stay hanging. */
  clear(): void;
  /** As a homeserver does after a day: a transaction id used before is new again. */
  forgetTransactions(): void;
  /** Makes all tokens of a user unknown (soft logout) and ends the user's long polls. */
  expireTokens(user: string): void;
}

/** The faults that wait for requests, in the order they were added. */
export class FaultList {
  #faults: { fault: Fault; left: number }[] = [];

  add(fault: Fault): void {
    this.#faults.push({ fault, left: fault.times ?? Infinity });
  }

  clear(): void {
    this.#faults = [];
  }

  get isEmpty(): boolean {
    return this.#faults.length === 0;
  }

  /** What the first fault that matches says; counts it. */
  take(request: FaultRequest): FaultAnswer | null {
    const entry = this.#faults.find(({ fault }) => fault.match(request));
    if (!entry) return null;
    entry.left -= 1;
    if (entry.left <= 0) this.#faults = this.#faults.filter((other) => other !== entry);
    return entry.fault.answer;
  }
}

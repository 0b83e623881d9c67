/** How much is kept for an actor that cannot run: beyond it, one input is heard in the place of all that is not kept. */
import type { Held } from './dead-letters.ts';
import type { Input } from './definition.ts';

const MOST_LETTERS = 500;
/** As JSON. */
const MOST_LETTER_BYTES = 1024 * 1024;

/** Inputs do not change while they are held. */
const sizes = new WeakMap<Input, number>();

export interface Incoming {
  inputs: readonly Input[];
  onDisk: (() => void) | null;
  byLetter: boolean;
}

/**
 * Adds to what is held. `insteadOf`: what is heard in the place of an input that is not kept, and of all later ones; null
 * where it must be kept. Tells whether this is the first time that something was not.
 */
export function holdWithinBounds(
  held: Set<Held>,
  { inputs, onDisk, byLetter }: Incoming,
  insteadOf: (input: Input) => Input | null,
): boolean {
  const before = [...held].find(({ standsForOthers }) => standsForOthers);
  let standing = before;
  let last: Held | undefined;
  for (const input of inputs) {
    const instead = hasRoomFor(held, input) ? null : insteadOf(input);
    if (instead === null) {
      last = { input, onDisk: null, byLetter };
      held.add(last);
    } else if (standing === undefined) {
      standing = { input: instead, onDisk: () => {}, byLetter: true, standsForOthers: true };
      held.add(standing);
    }
  }
  if (last !== undefined) last.onDisk = onDisk;
  else if (standing !== undefined && onDisk !== null) whenOnDisk(standing, onDisk);
  return standing !== before;
}

function hasRoomFor(held: ReadonlySet<Held>, input: Input): boolean {
  if (held.size >= MOST_LETTERS) return false;
  let bytes = sizeOf(input);
  for (const one of held) bytes += sizeOf(one.input);
  return bytes <= MOST_LETTER_BYTES;
}

function sizeOf(input: Input): number {
  const known = sizes.get(input) ?? Buffer.byteLength(JSON.stringify(input));
  sizes.set(input, known);
  return known;
}

function whenOnDisk(one: Held, tell: () => void): void {
  const { onDisk } = one;
  if (onDisk === null) return tell();
  one.onDisk = () => {
    onDisk();
    tell();
  };
}

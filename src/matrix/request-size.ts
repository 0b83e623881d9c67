/** How much of each room a sync asks for: what failed because of its size, or fails again and again, is asked for smaller. */
import { isTooLarge, type MatrixFailure } from './errors.ts';

export interface RequestSize {
  /** Events of each room. */
  limit: number;
  /** Without the contents: those come from the history of each room. */
  bare: boolean;
}

const SIZES: readonly RequestSize[] = [
  { limit: 100, bare: false },
  { limit: 10, bare: false },
  { limit: 1, bare: false },
  { limit: 1, bare: true },
];

/** The smallest that is tried for other reasons than too large an answer. */
const SMALLEST_ON_TROUBLE = 2;
const TROUBLES_PER_STEP = 3;

export interface RequestSizes {
  current(): RequestSize;
  succeeded(): void;
  /** True where the next request differs, so that it may be made at once. */
  failed(failure: MatrixFailure): boolean;
}

export function createRequestSizes(): RequestSizes {
  let step = 0;
  let troubles = 0;
  return {
    current: () => SIZES[step]!,
    succeeded() {
      step = Math.max(0, step - 1);
      troubles = 0;
    },
    failed(failure) {
      if (isTooLarge(failure)) {
        if (step === SIZES.length - 1) return false;
        step += 1;
        return true;
      }
      if (!mayBeOfItsSize(failure)) return false;
      troubles += 1;
      if (troubles % TROUBLES_PER_STEP === 0 && step < SMALLEST_ON_TROUBLE) step += 1;
      return false;
    },
  };
}

/** A homeserver that takes too long for it, or something in between that cuts it: not one that is away. */
function mayBeOfItsSize({ kind, status, code }: MatrixFailure): boolean {
  return kind === 'unavailable' && (status !== null || code === 'ESOCKETTIMEDOUT' || code === 'ECONNRESET');
}

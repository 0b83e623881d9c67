/** Whatever was thrown, in words. */

export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

export function describeError(thrown: unknown): string {
  return asError(thrown).message;
}

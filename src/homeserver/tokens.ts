/** The tokens by which clients name a place in the stream. */

/** Positions in the stream as clients carry them. */
export const toToken = (position: number): string => `s${position}`;

/** Null for what is no token. */
export function readPosition(token: string): number | null {
  return /^s\d{1,15}$/.test(token) ? Number(token.slice(1)) : null;
}

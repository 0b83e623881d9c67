/** New ids and tokens, and what may be one. */
import { randomBytes } from 'node:crypto';
import { invalidParam } from './errors.ts';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

export function randomLetters(length: number, alphabet = letters): string {
  return Array.from(randomBytes(length), (byte) => alphabet[byte % alphabet.length]).join('');
}

export const newEventId = () => `$${randomBytes(32).toString('base64url')}`;
export const newToken = () => `syt_${randomBytes(24).toString('base64url')}`;
export const newDeviceId = () => randomLetters(10, letters.slice(0, 26));

export const isUserId = (value: string) => /^@[^:]*:.+$/.test(value);
export const serverOf = (id: string) => id.slice(id.indexOf(':') + 1);
export const localpartOf = (user: string) => user.slice(1, user.indexOf(':'));

/** Throws M_INVALID_PARAM for what is not a user id. */
export function requireUserId(value: string): string {
  if (!value.startsWith('@')) throw invalidParam("Expected UserID string to start with '@'");
  if (!isUserId(value)) throw invalidParam(`Expected ${value} to be of the form '@localname:domain'`);
  return value;
}

/** Room ids have a server part, except in room version 12, where they are the hash of the create event. */
export const isRoomId = (value: string) => /^!(?:[^:]+:.+|[A-Za-z0-9_-]{43})$/.test(value);

import path from 'node:path';
import { z } from 'zod';
import { UserId } from '../../machines/model.ts';

/** A text without blanks at its ends that is not empty. */
export const text = z
  .string()
  .trim()
  .min(1)
  .max(255)
  .regex(/^\P{Cc}*$/u, 'contains control characters');

/** A Matrix user id: `@bot:example.org`. */
export const userId = z
  .string()
  .trim()
  .regex(/^@[^:\s]+:[^\s@]+$/, 'is not a Matrix user id')
  .max(255)
  .pipe(UserId);

/** Where an agent listens: ws, wss, http or https. */
export const agentUrl = urlOf(['ws:', 'wss:', 'http:', 'https:'], 'is not a ws, wss, http or https URL');

/** Where a homeserver listens: http or https, nothing behind the path; given back without a slash at the end. */
export const homeserverUrl = urlOf(['http:', 'https:'], 'is not an http or https URL')
  .refine((value) => {
    const { username, password, search, hash } = new URL(value);
    return username === '' && password === '' && search === '' && hash === '';
  }, 'has a user name, a password, a query or a fragment in it')
  .transform((value) => value.replace(/\/+$/, ''));

/** An absolute folder below the root of the file system, without `..`; given back without a slash at the end. */
export const folder = z
  .string()
  .trim()
  .min(1)
  .refine((value) => path.isAbsolute(value), { message: 'is not an absolute path', abort: true })
  .refine((value) => !value.includes('\0') && !value.split(/[/\\]/).includes('..'), 'contains ".." or a NUL character')
  .refine((value) => path.parse(value).root !== path.resolve(value), 'is the root of the file system')
  .transform((value) => path.resolve(value));

function urlOf(protocols: readonly string[], message: string) {
  return z
    .string()
    .trim()
    .min(1)
    .refine(
      (value) => {
        const url = URL.parse(value);
        return url !== null && protocols.includes(url.protocol) && /^[a-z]+:\/\//i.test(value) && !/\s/.test(value);
      },
      { message, abort: true },
    );
}

/** The kinds of values that configuration is made of, each with the words for what is wrong with one. */
import path from 'node:path';
import { z } from 'zod';
import { UserId } from '../../machines/ids.ts';

/** No half of a surrogate pair stands alone: JSON could carry it, homeservers refuse it. */
export const wellFormed = [(value: string) => value.isWellFormed(), 'contains half a character'] as const;

/** A text without blanks at its ends that is not empty. */
export const text = z
  .string()
  .trim()
  .min(1)
  .max(255)
  .regex(/^\P{Cc}*$/u, 'contains control characters')
  .refine(...wellFormed);

/** A text of several lines that is not empty. */
export const prompt = z
  .string()
  .trim()
  .min(1)
  .max(100_000)
  .refine(...wellFormed);

/** An optional part: what is left out and what is left empty (`policy:`) are the same. */
export const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => value ?? undefined, schema.optional());
export const orNull = <T extends z.ZodType>(schema: T) => z.preprocess((value) => value ?? null, schema.nullable());
export const section = <T extends z.ZodType>(schema: T) => z.preprocess((value) => value ?? {}, schema);

/** A Matrix user id: `@bot:example.org`. Behind the colon: a host name, or an IP address (IPv6 in brackets), and a port. */
export const userId = z
  .string()
  .trim()
  .regex(/^@[^:\s\p{Cc}\p{Cs}]+:[a-z\d.:[\]-]+$/iu, 'is not a Matrix user id')
  .max(255)
  .pipe(UserId);

/** User ids with `*` and `?` in them: `@*:example.org`. */
export const userGlob = z
  .string()
  .trim()
  .min(1)
  .max(255)
  .regex(/^@[^:\s\p{Cc}\p{Cs}]*:[a-z\d.:[\]*?-]+$/iu, 'is not a pattern of Matrix user ids');

/** A text in which nothing but `{placeholder}` stands between braces. */
export const template = (placeholder: string) =>
  text.superRefine((value, issues) => {
    const rest = value.replaceAll(`{${placeholder}}`, '');
    const [unknown] = /\{[^{}]*\}/.exec(rest) ?? [];
    if (unknown !== undefined) issues.addIssue({ code: 'custom', message: `has the unknown placeholder ${unknown}` });
    else if (/[{}]/.test(rest)) issues.addIssue({ code: 'custom', message: 'has a brace without its other half' });
  });

/** Where an agent listens: ws, wss, http or https. A query is sent along; a fragment never would be. */
export const agentUrl = urlOf(['ws:', 'wss:', 'http:', 'https:'], 'is not a ws, wss, http or https URL').refine(
  (value) => !value.includes('#'),
  'has a fragment in it, which is never sent: write a "#" that belongs to a key as %23',
);

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

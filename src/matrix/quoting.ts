/** What a person's reply answers, where it only names it: who wrote that, and how it begins. */
import { z } from 'zod';
import { UserId } from '../../machines/ids.ts';
import type { Quoted } from '../../machines/room.model.ts';
import type { Log, QuoteOf } from '../ports.ts';
import { isBlank } from '../basics/visible.ts';
import { roomPath, type MatrixApi } from './client.ts';
import { excerptOf, withoutReplyFallback } from './decode/fallback.ts';
import { textOfHtml } from './decode/html.ts';
import { toFailure } from './errors.ts';
import { parts } from './lenient.ts';

/** A turn waits for it, ms. */
const TIMEOUT_MS = 2_000;

const Words = z.object({
  body: z.string().catch(''),
  formatted_body: z.string().nullable().catch(null).default(null),
  'm.relates_to': parts,
});
const Event = z.object({
  sender: UserId,
  content: parts,
  unsigned: z
    .object({ 'm.relations': z.object({ 'm.replace': z.object({ content: parts }) }) })
    .nullable()
    .catch(null),
});

/** One try; null where it does not say so soon. */
export function createQuoting({ api, log }: { api: MatrixApi; log: Log }): { quoteOf: QuoteOf; close(): void } {
  const closing = new AbortController();
  const limits = { signal: closing.signal, timeoutMs: TIMEOUT_MS };
  return {
    async quoteOf(room, event) {
      const path = `${roomPath(room)}/event/${encodeURIComponent(event.toWellFormed())}`;
      try {
        return quoteIn(await api.call(z.unknown(), 'GET', path, limits));
      } catch (error) {
        const { code, detail } = toFailure(error, { retryAfter: null, now: 0 });
        log.debug({ room, event, code, detail }, 'what is answered could not be read');
        return null;
      }
    },
    close: () => closing.abort(),
  };
}

/** Of an edited message the newest words count (Event replacements: the homeserver bundles the edit). */
export function quoteIn(raw: unknown): Quoted | null {
  const event = Event.safeParse(raw).data;
  if (event === undefined) return null;
  const edit = event.unsigned?.['m.relations']['m.replace'].content;
  const newest = parts.parse(edit?.['m.new_content']);
  const isEdited = Object.keys(newest).length > 0;
  const words = Words.safeParse(isEdited ? newest : event.content).data;
  if (words === undefined) return null;
  const { body, formatted_body: html } = words;
  const isReply = !isEdited && 'm.in_reply_to' in words['m.relates_to'];
  const own = isReply ? withoutReplyFallback(body, html).own : body;
  const excerpt = excerptOf(isBlank(own) && html !== null ? textOfHtml(html) : own);
  return isBlank(excerpt) ? null : { author: event.sender, excerpt };
}

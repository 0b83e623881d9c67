/** Older clients repeat in front of a reply what it answers (Rich replies, until v1.12; removed by MSC2781). */
import { UserId } from '../../../machines/ids.ts';
import type { Quoted } from '../../../machines/room.model.ts';
import { hasReplyFallback } from './html.ts';

/** Whom it quotes, in the first line; an emote is quoted with a star. */
const FIRST_LINE = /^> (?:\* )?<(@[^\s<>]+)>(?: (.*))?$/;
/** An empty line of what is quoted may have lost its blank. */
const QUOTED_LINE = /^>(?: (.*))?$/;
const MAX_EXCERPT = 500;

interface Reply {
  quoted: Quoted | null;
  own: string;
}

/**
 * Parts a reply into what it quotes and the person's own words. Exactly a fallback is quoted lines, the first of which
 * names its author, up to an empty line or the end; and where there is HTML, that has its fallback too.
 */
export function withoutReplyFallback(body: string, html: string | null): Reply {
  const all: Reply = { quoted: null, own: body };
  if (html !== null && !hasReplyFallback(html)) return all;
  const lines = body.split('\n');
  const [, written, begin = ''] = FIRST_LINE.exec(line(lines, 0) ?? '') ?? [];
  const author = UserId.safeParse(written).data;
  if (author === undefined) return all;
  const quote = [begin];
  for (let at = 1; ; at++) {
    const next = line(lines, at);
    const quoted = next === null ? null : QUOTED_LINE.exec(next);
    if (quoted !== null) quote.push(quoted[1] ?? '');
    else if (next !== null && next !== '') return all;
    else return { quoted: { author, excerpt: excerptOf(quote.join('\n')) }, own: lines.slice(at + 1).join('\n') };
  }
}

function line(lines: readonly string[], at: number): string | null {
  return lines[at]?.replace(/\r$/, '') ?? null;
}

/** As much of a message as tells which one it is. */
export function excerptOf(words: string): string {
  return [...words.slice(0, 2 * MAX_EXCERPT)].slice(0, MAX_EXCERPT).join('').trim().toWellFormed();
}

/** A message may begin with whom it is for: `bot: !agent`, as clients write a mention of the bot at its beginning. */
import type { UserId } from '../../../machines/ids.ts';
import { isBlank } from '../../basics/visible.ts';
import { textOfHtml, withoutReply } from './html.ts';

interface Addressed {
  body: string;
  html: string | null;
  /** The bot is one of those whom the sender meant to mention (`m.mentions`, User and room mentions). */
  mentioned: boolean;
  me: UserId;
  /** What the bot is called besides its id. */
  names: readonly string[];
}

/** `surely`: it is a mention; else only a name, as a transcript that somebody pastes has it too. */
export interface Unaddressed {
  /** Null where the mention is all that there is. */
  own: string | null;
  surely: boolean;
}

const SEPARATOR = /^\s*[:,：，]\s*|^\s+/u;
/** How far into the HTML a mention at its beginning may reach. */
const MAX_PILL = 2_000;
const PILL = /^\s*(?:<p>\s*)?<a\s[^<>]*?href=["']([^"'<>]+)["'][^<>]*>([^<>]*)<\/a>/i;
/** What Element X leaves of a pill in the plain body. */
const MARKDOWN_PILL = /^\[[^\]\n]{1,255}\]\(([^)\s]{1,600})\)/;

/** Without the mention of the bot that it begins with; null where it begins with none. */
export function withoutAddress({ body, html, mentioned, me, names }: Addressed): Unaddressed | null {
  const begun = body.trimStart();
  const [markdown, link = ''] = MARKDOWN_PILL.exec(begun) ?? [];
  if (markdown !== undefined && leadsTo(link, me)) return parted(begun, markdown, true);
  const pill = pillIn(html, me);
  const known = [me, localpartOf(me), ...names, ...(pill === null ? [] : [pill])];
  const called = known
    .flatMap((name) => [`@${name}`, name])
    .filter((name) => !isBlank(name) && startsWithWord(begun, name))
    .toSorted((a, b) => b.length - a.length)[0];
  if (called === undefined) return null;
  return parted(begun, called, mentioned || pill !== null || startsWithWord(begun, me));
}

function parted(body: string, called: string, surely: boolean): Unaddressed {
  const own = body.slice(called.length).replace(SEPARATOR, '');
  return { own: isBlank(own) ? null : own, surely };
}

function startsWithWord(body: string, name: string): boolean {
  const rest = body.slice(name.length);
  return body.slice(0, name.length).toLowerCase() === name.toLowerCase() && SEPARATOR.test(rest);
}

/** What the bot is called in the pill that the HTML begins with. */
function pillIn(html: string | null, me: UserId): string | null {
  const [, link = '', name = ''] = PILL.exec(withoutReply(html ?? '').slice(0, MAX_PILL)) ?? [];
  return leadsTo(link, me) ? textOfHtml(name) : null;
}

/** A link to the bot: `https://matrix.to/#/@bot:x`, its parts encoded or not, or `matrix:u/bot:x` (Matrix URIs). */
function leadsTo(link: string, me: UserId): boolean {
  const [, user = ''] = /^(?:https:\/\/matrix\.to\/#\/|matrix:u\/)([^/?]+)/i.exec(link) ?? [];
  const id = decoded(user);
  return (link.toLowerCase().startsWith('matrix:') ? `@${id}` : id) === me;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function localpartOf(id: UserId): string {
  return id.slice(1).split(':')[0] ?? id;
}

/** The plain text of an `org.matrix.custom.html` body, for a message that says nothing else. */

const REPLY = '<mx-reply>';
const REPLY_END = '</mx-reply>';
const BREAKS = /<br\b[^<>]*>|<\/(?:p|div|li|tr|h[1-6]|blockquote|pre)\s*>/gi;
/** One that begins another inside it is a plain sign; so a thousand of them are read once. */
const TAGS = /<\/?[a-z!][^<>]*>/gi;
const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };

export function textOfHtml(html: string): string {
  return withoutReply(html)
    .replace(BREAKS, '\n')
    .replace(TAGS, '')
    .replace(
      /&(?:#x([\da-f]{1,6})|#(\d{1,7})|([a-z]{2,4}));/gi,
      (written, hex?: string, decimal?: string, name?: string) => {
        if (name !== undefined) return NAMED[name.toLowerCase()] ?? written;
        return characterOf(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)) ?? written;
      },
    )
    .trim();
}

/** Whether the HTML begins with what older clients put in front of a reply (Rich replies, until v1.12). */
export function hasReplyFallback(html: string): boolean {
  return html.trimStart().startsWith(REPLY);
}

export function withoutReply(html: string): string {
  if (!hasReplyFallback(html)) return html;
  const end = html.indexOf(REPLY_END);
  return end === -1 ? html : html.slice(end + REPLY_END.length);
}

function characterOf(code: number): string | null {
  const isCharacter = code > 0 && code <= 0x10_ff_ff && (code < 0xd8_00 || code > 0xdf_ff);
  return isCharacter ? String.fromCodePoint(code) : null;
}

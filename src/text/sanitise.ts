/** HTML without anything that the Matrix specification does not list. */
import sanitizeHtml from 'sanitize-html';

/** How deep tags may stand in each other: what the Matrix specification asks of clients to bear. */
export const MAX_DEPTH = 100;

/** Where a link may lead. */
const LINK_SCHEMES = ['http', 'https', 'ftp', 'mailto', 'magnet'];

const SAFE_URL = new RegExp(`^(?:${[...LINK_SCHEMES, 'mxc'].join('|')}):`, 'i');

/** Whether something of a message may lead there, or stand there as a picture. */
export function isSafeUrl(url: string): boolean {
  return SAFE_URL.test(url.trim());
}

/** Tags and attributes of `org.matrix.custom.html`, Matrix specification v1.19, m.room.message. */
const policy: sanitizeHtml.IOptions = {
  allowedTags: [
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'blockquote', 'p', 'ul', 'ol', 'li', 'hr', 'br', 'div', 'pre', 'code'],
    ...['a', 'b', 'strong', 'i', 'em', 'u', 's', 'del', 'sup', 'sub', 'span', 'img', 'details', 'summary'],
    ...['table', 'caption', 'thead', 'tbody', 'tr', 'th', 'td'],
  ],
  allowedAttributes: {
    a: ['href'],
    img: ['src', 'alt', 'title', 'width', 'height'],
    ol: ['start'],
    span: ['data-mx-maths', 'data-mx-spoiler', 'data-mx-color', 'data-mx-bg-color'],
    div: ['data-mx-maths'],
  },
  allowedClasses: { code: [/^language-[\w.+#-]+$/] },
  allowedSchemes: [],
  allowedSchemesByTag: { a: LINK_SCHEMES, img: ['mxc'] },
  allowProtocolRelative: false,
  nestingLimit: MAX_DEPTH,
};

/** Reduces HTML to what Matrix allows; whatever else it holds is dropped, texts inside are kept. */
export function sanitise(html: string): string {
  return sanitizeHtml(html, policy);
}

/** Formatted messages of any origin: parsed apart from the page, rebuilt from an allow-list, never taken as they are. */
import { h } from './dom.js';

const PLAIN = new Set(
  'h1 h2 h3 h4 h5 h6 blockquote p ul ol li hr br div pre code b strong i em u s del sup sub span details summary table caption thead tbody tr th td'.split(
    ' ',
  ),
);
const WITHOUT_CONTENT = new Set('script style title textarea template iframe noscript svg math mx-reply'.split(' '));
const LINKS = /^(?:https?|ftp|mailto|magnet):/i;
const DEEPEST = 100;

/** The HTML as a fragment that holds only what Matrix messages may hold; texts inside dropped elements are kept. */
export function sanitise(html) {
  const parsed = new DOMParser().parseFromString(html, 'text/html');
  const clean = document.createDocumentFragment();
  copy(parsed.body, clean, 0);
  return clean;
}

function copy(from, to, depth) {
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) to.append(node.data);
    else if (node.nodeType === Node.ELEMENT_NODE) copyElement(node, to, depth);
  }
}

function copyElement(element, to, depth) {
  const tag = element.localName;
  if (WITHOUT_CONTENT.has(tag)) return;
  if (depth >= DEEPEST) {
    to.append(element.textContent);
    return;
  }
  const clean = allowed(element, tag);
  if (clean !== null) to.append(clean);
  copy(element, clean ?? to, depth + 1);
}

function allowed(element, tag) {
  if (tag === 'a') {
    const href = element.getAttribute('href')?.trim() ?? '';
    if (!LINKS.test(href)) return null;
    return h('a', { href, target: '_blank', rel: 'noopener noreferrer nofollow' });
  }
  if (tag === 'img') return imageOf(element);
  if (!PLAIN.has(tag)) return null;
  const clean = document.createElement(tag);
  const start = element.getAttribute('start') ?? '';
  if (tag === 'ol' && /^-?\d{1,9}$/.test(start)) clean.setAttribute('start', start);
  const language = /^language-[\w.+#-]+$/.exec(element.className)?.[0];
  if (tag === 'code' && language !== undefined) clean.className = language;
  const align = element.getAttribute('align') ?? '';
  if ((tag === 'th' || tag === 'td') && /^(left|center|right)$/.test(align)) clean.className = `align-${align}`;
  return clean;
}

/** Without a source: whoever shows it looks the `mxc://` address up. */
function imageOf(element) {
  const mxc = element.getAttribute('src') ?? '';
  const alt = element.getAttribute('alt') ?? element.getAttribute('title') ?? '';
  return mxc.startsWith('mxc://') ? h('img', { alt, 'data-mxc': mxc }) : document.createTextNode(alt);
}

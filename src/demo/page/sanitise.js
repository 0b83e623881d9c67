/** Formatted messages of any origin: cleaned by DOMPurify, apart from the page, down to what Matrix messages may hold. */
import createPurify from '/vendor/purify.js';
import { h } from './dom.js';

const TAGS =
  'h1 h2 h3 h4 h5 h6 blockquote p ul ol li hr br div pre code b strong i em u s del sup sub span a img details summary table caption thead tbody tr th td'.split(
    ' ',
  );
const COLOUR = /^#[\da-f]{6}$/i;
/**
 * The attributes that an element may keep, and what their values must look like.
 * @type {Record<string, Record<string, RegExp>>}
 */
const ATTRIBUTES = {
  a: { href: /^(?:https?|ftp|mailto|magnet):/i },
  img: { src: /^mxc:\/\//, alt: /./, title: /./ },
  ol: { start: /^-?\d{1,9}$/ },
  code: { class: /^language-[\w.+#-]+$/ },
  th: { align: /^(left|center|right)$/ },
  td: { align: /^(left|center|right)$/ },
  div: { 'data-mx-maths': /./ },
  span: { 'data-mx-maths': /./, 'data-mx-spoiler': /(?:)/, 'data-mx-color': COLOUR, 'data-mx-bg-color': COLOUR },
};
const NAMES = Object.values(ATTRIBUTES).flatMap(Object.keys);
const CONFIG = {
  ALLOWED_TAGS: TAGS,
  ALLOWED_ATTR: NAMES,
  // All but these two hold no address.
  ADD_URI_SAFE_ATTR: NAMES.filter((name) => name !== 'href' && name !== 'src'),
  ALLOW_ARIA_ATTR: false,
  ALLOW_DATA_ATTR: false,
  ALLOWED_URI_REGEXP: /^(?:https?|ftp|mailto|magnet|mxc):/i,
  ADD_FORBID_CONTENTS: ['title', 'textarea', 'mx-reply'],
  RETURN_DOM_FRAGMENT: /** @type {const} */ (true),
};
const DEEPEST = 100;

const purify = createPurify(window);
purify.addHook('uponSanitizeAttribute', (element, attribute) => {
  const value = ATTRIBUTES[element.localName]?.[attribute.attrName];
  if (value?.test(attribute.attrValue) !== true) attribute.keepAttr = false;
});

/**
 * The HTML as a fragment that holds only what Matrix messages may hold; texts inside dropped elements are kept.
 * @param {string} html
 */
export function sanitise(html) {
  const clean = purify.sanitize(html, CONFIG);
  flatten(clean, 0);
  for (const link of clean.querySelectorAll('a')) finishLink(link);
  for (const image of clean.querySelectorAll('img')) image.replaceWith(withoutSource(image));
  return clean;
}

/**
 * What is nested deeper than any message needs becomes text.
 * @param {ParentNode} parent
 * @param {number} depth
 */
function flatten(parent, depth) {
  for (const child of [...parent.children]) {
    if (depth >= DEEPEST) child.replaceWith(child.textContent);
    else flatten(child, depth + 1);
  }
}

/** @param {HTMLAnchorElement} link */
function finishLink(link) {
  if (!link.hasAttribute('href')) return link.replaceWith(...link.childNodes);
  link.target = '_blank';
  link.rel = 'noopener noreferrer nofollow';
}

/**
 * Whoever shows the image looks its `mxc://` address up.
 * @param {HTMLImageElement} image
 */
function withoutSource(image) {
  const mxc = image.getAttribute('src');
  const alt = image.getAttribute('alt') ?? image.getAttribute('title') ?? '';
  return mxc === null ? alt : h('img', { alt, 'data-mxc': mxc });
}

/** A file of a message: a picture in place, a player for sound and film, and for all of them name, size and a way to save. */
import { h, icon } from './dom.js';
import { plainName, shortName, SIGNS, sized } from './file-words.js';

/** @import { Actions, FileKind, LoadedFile, SharedFile } from './types.ts' */

/** What is larger, or does not say how large it is, comes only when it is asked for. */
const AT_ONCE_BYTES = 20_000_000;
/** The largest box in which a picture or film is shown, px. */
const WIDEST = 420;
const HIGHEST = 320;

/**
 * Elements by message: a player goes on where its message is drawn anew.
 * @type {Map<string, { print: string, element: HTMLElement }>}
 */
const made = new Map();

/** @type {Map<Element, () => void>} */
const unseen = new Map();
const sight = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      sight.unobserve(target);
      unseen.get(target)?.();
      unseen.delete(target);
    }
  },
  { rootMargin: '300px' },
);

/**
 * @param {string} message
 * @param {SharedFile} file
 * @param {Pick<Actions, 'load' | 'save'>} actions
 */
export function sharedFile(message, file, actions) {
  const print = JSON.stringify(file);
  const known = made.get(message);
  if (known?.print === print) return known.element;
  const element = elementOf(file, actions);
  made.set(message, { print, element });
  return element;
}

/**
 * @param {SharedFile} file
 * @param {Pick<Actions, 'load' | 'save'>} actions
 */
function elementOf(file, actions) {
  const { name, kind, bytes } = file;
  const plain = plainName(name);
  const save = h(
    'button',
    { type: 'button', className: 'link-button', onclick: () => void actions.save(file) },
    'Save',
  );
  save.setAttribute('aria-label', `Save ${plain}`);
  return h(
    'figure',
    { className: `shared ${kind}` },
    kind !== 'file' && stageOf(file, actions),
    h(
      'figcaption',
      {},
      icon(SIGNS[kind]),
      h('bdi', { className: 'file-name', title: plain }, shortName(name)),
      bytes !== null && h('span', { className: 'file-size' }, sized(bytes)),
      save,
    ),
  );
}

/** @type {Record<FileKind, string>} */
const SHOW = { picture: 'Show the picture', sound: 'Load the sound', film: 'Load the film', file: '' };

/**
 * Where it is shown once it is loaded, which is when somebody comes near, or says so.
 * @param {SharedFile} file
 * @param {Pick<Actions, 'load' | 'save'>} actions
 */
function stageOf(file, { load }) {
  const stage = h('div', { className: 'stage', 'aria-busy': 'true' });
  if (file.kind !== 'sound') place(stage, file.shape ?? { width: 240, height: 160 });

  async function show() {
    stage.replaceChildren();
    stage.setAttribute('aria-busy', 'true');
    const loaded = await load(file.url);
    stage.setAttribute('aria-busy', 'false');
    if (loaded === null) return offer('Could not be loaded. Try again');
    if (loaded.kind !== file.kind) return giveUp();
    stage.replaceChildren(playerOf(file, loaded, stage, giveUp));
  }

  /** @param {string} words */
  function offer(words) {
    stage.setAttribute('aria-busy', 'false');
    const label = `${words}: ${plainName(file.name)}`;
    stage.replaceChildren(
      h(
        'button',
        { type: 'button', className: 'quiet-button', 'aria-label': label, onclick: () => void show() },
        words,
      ),
    );
  }

  /** It is not what it was said to be: it can be saved. */
  const giveUp = () => stage.remove();

  if (file.bytes === null || file.bytes > AT_ONCE_BYTES) offer(SHOW[file.kind]);
  else {
    unseen.set(stage, () => void show());
    sight.observe(stage);
  }
  return stage;
}

/**
 * @param {SharedFile} file
 * @param {LoadedFile} loaded
 * @param {HTMLElement} stage
 * @param {() => void} onerror
 */
function playerOf({ name, kind }, { href }, stage, onerror) {
  const label = plainName(name);
  if (kind === 'sound')
    return h('audio', { controls: true, preload: 'metadata', src: href, 'aria-label': label, onerror });
  if (kind === 'film') {
    return h('video', {
      controls: true,
      preload: 'metadata',
      playsInline: true,
      src: href,
      'aria-label': label,
      onerror,
    });
  }
  const image = h('img', { alt: label, src: href, onerror });
  image.onload = () => place(stage, { width: image.naturalWidth, height: image.naturalHeight });
  return h('a', { href, target: '_blank', rel: 'noopener noreferrer', title: 'Opens in a new tab' }, image);
}

/**
 * Makes room for it, as large as it is or smaller.
 * @param {HTMLElement} stage
 * @param {{ width: number, height: number }} shape
 */
function place(stage, { width, height }) {
  if (!(width > 0 && height > 0)) return;
  const scale = Math.min(1, WIDEST / width, HIGHEST / height);
  stage.style.setProperty('--width', `${Math.max(48, Math.round(width * scale))}px`);
  stage.style.setProperty('--shape', `${width} / ${height}`);
}

/** What goes along with the next message, above the message box: files on their way, and those that the bot says wait. */
import { arrange, byId, h, icon } from './dom.js';
import { kindOf, plainName, shortName, SIGNS, sized, typeOf } from './file-words.js';

/** @import { WaitingFile } from '../wire.ts' */
/** @import { FileKind, Upload } from './types.ts' */
/** @typedef {{ print: string, element: HTMLElement }} Shown */

/** @type {Record<WaitingFile['kind'], FileKind>} */
const KINDS = { image: 'picture', audio: 'sound', video: 'film', document: 'file' };

const CROSS = 'M4 4l8 8M12 4l-8 8';

/**
 * @param {{
 *   remove: (which: number | 'all') => void,
 *   retry: (id: string) => void,
 *   cancel: (id: string) => void,
 *   emptied: () => void,
 * }} actions `emptied` is called when the focus was on what is gone
 */
export function createTray({ remove, retry, cancel, emptied }) {
  const tray = byId('tray');
  const list = byId('tray-list');
  const all = byId('tray-clear');
  const news = byId('tray-news');
  /** @type {Map<string, Shown>} */
  let shown = new Map();
  /** What waits, as it was when one of it was taken out: until that is done the numbers may mean others. */
  let leaving = '';
  let print = '';

  /** @param {number | 'all'} which */
  function take(which) {
    if (print === leaving) return;
    leaving = print;
    lock();
    remove(which);
  }

  function lock() {
    const value = String(print === leaving);
    for (const button of [all, ...list.querySelectorAll('.take-out')]) button.setAttribute('aria-disabled', value);
  }

  /**
   * @param {string} key
   * @param {unknown} what
   * @param {() => HTMLElement} make
   * @returns {[string, Shown]}
   */
  function kept(key, what, make) {
    const now = JSON.stringify(what);
    const known = shown.get(key);
    return [key, known?.print === now ? known : { print: now, element: make() }];
  }

  all.onclick = () => take('all');

  /** @param {Upload[]} uploads */
  function progress(uploads) {
    for (const { id, share } of uploads) {
      const bar = shown.get(id)?.element.querySelector('progress');
      if (bar) bar.value = share;
    }
  }

  return {
    progress,
    /**
     * @param {WaitingFile[]} waiting
     * @param {Upload[]} uploads
     */
    show(waiting, uploads) {
      const place = [...list.children].findIndex((item) => item.contains(document.activeElement));
      const hadFocus = tray.contains(document.activeElement);
      const before = shown;
      print = JSON.stringify(waiting.map(({ event }) => event));
      if (print !== leaving) leaving = '';
      shown = new Map([
        ...waiting.map((file) => kept(file.event, file, () => entryOf(file, take))),
        ...uploads.map((upload) => {
          const { id, state, problem } = upload;
          return kept(id, [state, problem], () => uploadOf(upload, { retry, cancel }));
        }),
      ]);
      arrange(
        list,
        [...shown.values()].map(({ element }) => element),
      );
      progress(uploads);
      all.hidden = waiting.length < 2;
      tray.hidden = shown.size === 0;
      lock();
      const failed = uploads.find(({ id, state }) => state === 'failed' && shown.get(id) !== before.get(id));
      if (failed !== undefined) {
        news.textContent = `${plainName(failed.file.name)} was not sent. ${failed.problem}`;
        shown.get(failed.id)?.element.scrollIntoView({ block: 'nearest' });
      }
      const focused = document.activeElement;
      if (hadFocus && !(tray.contains(focused) && focused?.checkVisibility())) {
        const next = list.children[Math.min(place, list.children.length - 1)]?.querySelector('button');
        if (next) next.focus();
        else emptied();
      }
    },
  };
}

/**
 * @param {WaitingFile} file
 * @param {(number: number) => void} take
 */
function entryOf({ number, name, kind, bytes }, take) {
  return h(
    'li',
    { className: 'tray-file' },
    h('span', { className: 'tray-number' }, `${number}.`),
    ...nameOf(name, KINDS[kind]),
    h('span', { className: 'tray-size' }, bytes === null ? 'on its way' : sized(bytes)),
    cross('take-out', `Remove ${plainName(name)}`, () => take(number)),
  );
}

/**
 * @param {Upload} upload
 * @param {{ retry: (id: string) => void, cancel: (id: string) => void }} actions
 */
function uploadOf({ id, file, state, problem, mayTryAgain }, { retry, cancel }) {
  const name = plainName(file.name);
  const isFailed = state === 'failed';
  const again = h('button', { type: 'button', className: 'link-button', onclick: () => retry(id) }, 'Try again');
  again.setAttribute('aria-label', `Try again: ${name}`);
  return h(
    'li',
    { className: `tray-file upload ${state}` },
    ...nameOf(file.name, kindOf(typeOf(file.type))),
    h('span', { className: 'tray-size' }, sized(file.size)),
    !isFailed && h('progress', { max: 1, value: 0, 'aria-label': `Sending ${name}` }),
    // Once its message is on the way it can be taken out, not called back.
    (isFailed || state === 'waiting' || state === 'uploading') &&
      cross('', `${isFailed ? 'Give up' : 'Cancel'} ${name}`, () => cancel(id)),
    isFailed && h('span', { className: 'tray-problem' }, problem, ' ', mayTryAgain && again),
  );
}

/**
 * @param {string} name
 * @param {FileKind} kind
 */
const nameOf = (name, kind) => [
  icon(SIGNS[kind]),
  h('bdi', { className: 'file-name', title: plainName(name) }, shortName(name)),
];

/**
 * @param {string} className
 * @param {string} label
 * @param {() => void} onclick
 */
const cross = (className, label, onclick) =>
  h('button', { type: 'button', className: `cross ${className}`, 'aria-label': label, onclick }, icon(CROSS));

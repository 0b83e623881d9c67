/** The conversation in the middle: its messages, brought up to date in place. */
import { arrange, byId, h } from './dom.js';
import { messageElement } from './message.js';
import { dayOf } from './time.js';

/** @import { CommandHint } from '../wire.ts' */
/** @import { Actions, Message } from './types.ts' */
/** @typedef {{ print: string, element: HTMLElement }} Shown */

/** How near to the end (px) somebody reads who wants to stay there. */
const NEAR = 90;
const TOGETHER_MS = 5 * 60_000;

/**
 * @param {{ actions: Actions, commands: CommandHint[] }} parts
 * @param {() => void} onTop called when somebody reads near the beginning
 */
export function createConversation(parts, onTop) {
  const log = byId('log');
  const column = byId('messages');
  const toEnd = byId('to-end');
  const writing = h('p', { className: 'writing' }, h('i'), h('i'), h('i'), hidden('The agent is at work'));
  /** @type {Map<string, Shown>} */
  let shown = new Map();
  /** @type {string | null} */
  let room = null;
  /** Somebody reads at the end, and stays there when something grows above. */
  let stays = true;
  let top = 0;

  const isAtEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
  const goToEnd = () => {
    stays = true;
    log.scrollTop = log.scrollHeight;
  };
  toEnd.onclick = () => {
    goToEnd();
    byId('text').focus();
  };
  log.onscroll = () => {
    // What grew since it scrolled there has not led anybody away from the end: that is upwards.
    stays = isAtEnd() || (stays && log.scrollTop >= top);
    top = log.scrollTop;
    if (stays) toEnd.hidden = true;
    if (log.scrollTop < 200) onTop();
  };
  new ResizeObserver(() => {
    // The scroll bar stands in the padding, so that messages end where the message box ends.
    log.style.setProperty('--gutter', `${log.offsetWidth - log.clientWidth}px`);
    if (stays) goToEnd();
  }).observe(log);
  // Pictures come later than their messages.
  new ResizeObserver(() => {
    if (stays) goToEnd();
  }).observe(column);

  /**
   * @param {Message} message
   * @param {Message | undefined} before
   * @returns {Shown}
   */
  function elementOf(message, before) {
    const print = JSON.stringify(message);
    const known = shown.get(message.id);
    const element = known?.print === print ? known.element : replaced(known?.element, messageElement(message, parts));
    const follows = before !== undefined && before.kind === message.kind && message.at - before.at < TOGETHER_MS;
    element.classList.toggle('follows', follows);
    return { print, element };
  }

  return {
    /**
     * @param {string} id
     * @param {Message[]} messages
     * @param {boolean} isWorking the agent has not said anything yet
     */
    show(id, messages, isWorking) {
      const stay = room !== id || stays || isAtEnd();
      const height = log.scrollHeight;
      const first = column.firstChild;
      if (room !== id) shown = new Map();
      /** @type {typeof shown} */
      const next = new Map();
      /** @type {HTMLElement[]} */
      const wanted = [];
      messages.forEach((message, index) => {
        const before = messages[index - 1];
        if (before === undefined || dayOf(before.at) !== dayOf(message.at)) wanted.push(dayElement(message.at));
        const entry = elementOf(message, before);
        next.set(message.id, entry);
        wanted.push(entry.element);
      });
      if (isWorking) wanted.push(writing);
      const grewAbove = room === id && first !== null && messages.length > shown.size + 5 && !stay;
      const hasNews = messages.length > shown.size;
      shown = next;
      room = id;
      arrange(column, wanted);
      stays = stay;
      if (stay) goToEnd();
      else if (grewAbove) log.scrollTop += log.scrollHeight - height;
      if (stay) toEnd.hidden = true;
      else if (hasNews && !grewAbove) toEnd.hidden = false;
    },
    goToEnd,
  };
}

/**
 * The new element, with the focus where it was in the old one.
 * @param {HTMLElement | undefined} old
 * @param {HTMLElement} element
 */
function replaced(old, element) {
  const place = old === undefined ? -1 : focusableIn(old).findIndex((part) => part === document.activeElement);
  if (place >= 0) queueMicrotask(() => focusableIn(element)[place]?.focus());
  return element;
}

/**
 * @param {HTMLElement} element
 * @returns {HTMLElement[]}
 */
const focusableIn = (element) => [
  .../** @type {NodeListOf<HTMLElement>} */ (element.querySelectorAll('button, a, audio, video, [tabindex]')),
];

/** @param {string} text for those who do not see */
const hidden = (text) => h('span', { className: 'hidden' }, text);

/** @type {Map<string, HTMLElement>} */
const days = new Map();

/** @param {number} at */
function dayElement(at) {
  const day = dayOf(at);
  const element = days.get(day) ?? h('p', { className: 'day' }, h('span', {}, day));
  days.set(day, element);
  return element;
}

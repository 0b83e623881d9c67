/** The rooms on the left, in groups. */
import { arrange, byId, h } from './dom.js';
import { timeOf } from './time.js';

/** @import { LastLine, RoomGroup, RoomItem } from './types.ts' */
/** @typedef {{ title: string, list: HTMLElement, element: HTMLElement }} Group */

/** @param {(id: string) => void} choose */
export function createRoomList(choose) {
  const list = byId('room-list');
  /** @type {Map<string, Group>} */
  const groups = new Map();
  /** @type {Map<string, { print: string, element: HTMLElement }>} */
  const items = new Map();

  /** @param {RoomItem} item */
  function itemOf({ id, name, number, line, unread, isNew, isOpen, busy }) {
    const print = JSON.stringify([name, number, line, unread, isNew, isOpen, busy]);
    const known = items.get(id);
    if (known?.print === print) return known.element;
    const button = h(
      'button',
      {
        type: 'button',
        className: 'room',
        'aria-current': isOpen ? 'true' : null,
        onclick: () => choose(id),
      },
      h('span', { className: 'room-name' }, name),
      line !== null && h('time', {}, timeOf(line.at)),
      h('span', { className: 'room-line' }, busy ? 'The agent is writing…' : lineOf(line)),
      markOf(unread, isNew) ?? numberOf(number),
    );
    const element = known?.element ?? h('li');
    const hadFocus = element.contains(document.activeElement);
    element.replaceChildren(button);
    if (hadFocus) button.focus();
    items.set(id, { print, element });
    return element;
  }

  /** @param {RoomGroup<RoomItem>} group */
  function groupOf({ id, title, kind, rooms }) {
    const known = groups.get(id);
    const group = known !== undefined && known.title === title ? known : newGroup(title, kind);
    groups.set(id, group);
    arrange(group.list, rooms.map(itemOf));
    return group.element;
  }

  return {
    /** @param {RoomGroup<RoomItem>[]} shown */
    show(shown) {
      arrange(list, shown.map(groupOf));
    },
  };
}

/**
 * @param {string} title
 * @param {string} kind
 * @returns {Group}
 */
function newGroup(title, kind) {
  const heading = h('h2', {}, title, kind !== '' && h('span', { className: 'kind' }, kind));
  const list = h('ul', { role: 'list', 'aria-label': title });
  return { title, list, element: h('section', {}, heading, list) };
}

/**
 * @param {number} unread
 * @param {boolean} isNew
 */
function markOf(unread, isNew) {
  if (isNew) return h('span', { className: 'unread' }, 'new');
  if (unread === 0) return null;
  return h('span', { className: 'unread' }, h('span', { className: 'hidden' }, 'unread: '), String(unread));
}

/** @param {number | null} number */
function numberOf(number) {
  return number === null ? null : h('span', { className: 'number', title: `Number ${number} in !chats` }, `C${number}`);
}

/** @param {LastLine | null} line */
function lineOf(line) {
  if (line === null) return 'Nothing said yet';
  return line.own ? `You: ${line.body}` : line.body;
}

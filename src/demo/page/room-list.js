/** The rooms on the left, newest first. */
import { arrange, byId, h } from './dom.js';
import { timeOf } from './time.js';

export function createRoomList(choose) {
  const list = byId('room-list');
  const items = new Map();

  function itemOf({ id, name, line, unread, isOpen, busy }) {
    const print = JSON.stringify([name, line, unread, isOpen, busy]);
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
      line === null ? null : h('time', {}, timeOf(line.at)),
      h('span', { className: 'room-line' }, busy ? 'The agent is writing…' : lineOf(line)),
      unread > 0
        ? h('span', { className: 'unread' }, h('span', { className: 'hidden' }, 'unread: '), String(unread))
        : null,
    );
    const element = known?.element ?? h('li');
    const hadFocus = element.contains(document.activeElement);
    element.replaceChildren(button);
    if (hadFocus) button.focus();
    items.set(id, { print, element });
    return element;
  }

  return {
    show(rooms) {
      arrange(list, rooms.map(itemOf));
    },
  };
}

function lineOf(line) {
  if (line === null) return 'Nothing said yet';
  return line.own ? `You: ${line.body}` : line.body;
}

/** The room's machine on the right: which states are active now, and what happened last. */
import { drawChart } from './chart.js';
import { byId, h } from './dom.js';
import { exactTimeOf } from './time.js';

const KEPT = 20;
/** How long a transition is shown as new, ms. */
const NEW_MS = 1000;

/**
 * `description` as the demo server describes the machine, `person` who looks on; `showChats(chats)` hears what the bot
 * remembers of their chats.
 */
export function createMachinePanel(description, person, showChats) {
  const chart = drawChart(byId('chart'), description);
  const leaves = new Map();
  nameLeaves(description, leaves);
  const list = byId('changes');
  let source = null;
  let room = null;
  let before = [];

  function light({ active, tags }) {
    chart.light(active);
    const now = innermost(active, leaves);
    byId('machine-now').textContent = now === '' ? 'The bot is not in this room yet' : now;
    byId('machine-now').dataset.tags = tags.join(' ');
  }

  function entryOf({ at, events, effects, active }, isNew) {
    const state = innermost(active, leaves);
    const moved = state !== innermost(before, leaves);
    before = active;
    return h(
      'li',
      { className: isNew ? 'new' : '' },
      h('time', {}, exactTimeOf(at)),
      h(
        'div',
        {},
        h(
          'p',
          { className: 'event' },
          events.join(' + '),
          moved ? h('span', { className: 'to' }, ` → ${state}`) : null,
        ),
        effects.length === 0 ? null : h('p', { className: 'effects' }, effects.join(', ')),
      ),
    );
  }

  function connect() {
    source?.close();
    source = null;
    if (room === null || document.hidden) return;
    source = new EventSource(`/demo/machine/events?${new URLSearchParams({ room, person })}`);
    source.addEventListener('chats', ({ data }) => showChats(JSON.parse(data)));
    source.addEventListener('view', ({ data }) => {
      const view = JSON.parse(data);
      before = [];
      list.replaceChildren(...view.changes.map((change) => entryOf(change, false)).reverse());
      light(view);
    });
    source.addEventListener('change', ({ data }) => {
      const change = JSON.parse(data);
      const entry = entryOf(change, true);
      setTimeout(() => entry.classList.remove('new'), NEW_MS);
      list.prepend(entry);
      while (list.children.length > KEPT) list.lastChild.remove();
      light(change);
    });
  }

  // A browser holds few connections to one server: pages that nobody sees need none.
  document.addEventListener('visibilitychange', connect);

  return {
    follow(id) {
      if (id === room) return;
      room = id;
      connect();
    },
  };
}

function nameLeaves(node, leaves) {
  if (node.children.length === 0) leaves.set(node.id, node.key);
  for (const child of node.children) nameLeaves(child, leaves);
}

/** The innermost active state of the first region; empty when nothing is active. */
function innermost(active, leaves) {
  return leaves.get(active.find((id) => leaves.has(id))) ?? '';
}

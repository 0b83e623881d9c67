/** The room's machine on the right: which states are active now, and what happened last. */
import { drawChart } from './chart.js';
import { byId, h } from './dom.js';
import { exactTimeOf } from './time.js';

/** @import { ChartNode } from '../../diagrams/walk.ts' */
/** @import { ChatFacts, MachineChange, MachineView, WaitingFile } from '../wire.ts' */

const KEPT = 20;
/** How long a transition is shown as new, ms. */
const NEW_MS = 1000;

/**
 * @param {ChartNode} description
 * @param {string} key of the person who looks on
 * @param {{ chats: (chats: ChatFacts[]) => void, tray: (files: WaitingFile[]) => void }} told hears what the bot remembers
 *   of their chats, and which files wait in the room
 */
export function createMachinePanel(description, key, told) {
  const chart = drawChart(byId('chart'), description);
  const leaves = new Map(leavesOf(description));
  const list = byId('changes');
  /** @type {EventSource | null} */
  let source = null;
  /** @type {string | null} */
  let room = null;
  /** @type {string[]} */
  let before = [];

  /** @param {Pick<MachineView, 'active' | 'tags'>} now */
  function light({ active, tags }) {
    chart.light(active);
    const now = innermost(active, leaves);
    byId('machine-now').textContent = now === '' ? 'The bot is not in this room yet' : now;
    byId('machine-now').dataset['tags'] = tags.join(' ');
  }

  /**
   * @param {MachineChange} change
   * @param {boolean} isNew
   */
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
        h('p', { className: 'event' }, events.join(' + '), moved && h('span', { className: 'to' }, ` → ${state}`)),
        effects.length > 0 && h('p', { className: 'effects' }, effects.join(', ')),
      ),
    );
  }

  function connect() {
    source?.close();
    source = null;
    if (room === null || document.hidden) return;
    source = new EventSource(`/demo/machine/events?${new URLSearchParams({ room, key })}`);
    source.addEventListener('chats', (event) => told.chats(/** @type {ChatFacts[]} */ (parsed(event))));
    source.addEventListener('tray', (event) => told.tray(/** @type {WaitingFile[]} */ (parsed(event))));
    source.addEventListener('view', (event) => {
      const view = /** @type {MachineView} */ (parsed(event));
      before = [];
      list.replaceChildren(...view.changes.map((change) => entryOf(change, false)).reverse());
      light(view);
    });
    source.addEventListener('change', (event) => {
      const change = /** @type {MachineChange} */ (parsed(event));
      const entry = entryOf(change, true);
      setTimeout(() => entry.classList.remove('new'), NEW_MS);
      list.prepend(entry);
      while (list.children.length > KEPT) list.lastChild?.remove();
      light(change);
    });
  }

  // A browser holds few connections to one server: pages that nobody sees need none.
  document.addEventListener('visibilitychange', connect);

  return {
    /** @param {string} id */
    follow(id) {
      if (id === room) return;
      room = id;
      told.tray([]);
      connect();
    },
  };
}

/**
 * @param {MessageEvent<unknown>} event
 * @returns {unknown}
 */
const parsed = ({ data }) => JSON.parse(String(data));

/**
 * Ids and names of the states that hold no others.
 * @param {ChartNode} node
 * @returns {[string, string][]}
 */
const leavesOf = (node) => (node.children.length === 0 ? [[node.id, node.key]] : node.children.flatMap(leavesOf));

/**
 * The innermost active state of the first region; empty when nothing is active.
 * @param {string[]} active
 * @param {Map<string, string>} leaves
 */
function innermost(active, leaves) {
  return leaves.get(active.find((id) => leaves.has(id)) ?? '') ?? '';
}

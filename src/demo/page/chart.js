/** The picture of a machine: states as boxes in boxes, parallel ones side by side. */
import { h } from './dom.js';

/** @import { ChartNode } from '../../diagrams/walk.ts' */
/** @typedef {Map<string, HTMLElement>} Boxes */

/**
 * States that are passed through at once are left out: nobody ever finds the machine in one.
 * @param {ChartNode} state
 */
const isPassing = ({ transitions }) => transitions.some(({ event, guard }) => event === '' && guard === null);

/**
 * Draws the machine into `frame`; gives `light(ids)`, which lights the active states.
 * @param {HTMLElement} frame
 * @param {ChartNode} machine
 */
export function drawChart(frame, machine) {
  /** @type {Boxes} */
  const boxes = new Map();
  frame.replaceChildren(...statesIn(machine, boxes));
  return {
    /** @param {string[]} active */
    light(active) {
      const lit = new Set(active);
      for (const [id, box] of boxes) {
        box.classList.toggle('lit', lit.has(id));
        if (lit.has(id)) box.setAttribute('aria-current', 'true');
        else box.removeAttribute('aria-current');
      }
    },
  };
}

/**
 * @param {ChartNode} node
 * @param {Boxes} boxes
 * @returns {HTMLElement[]}
 */
function statesIn(node, boxes) {
  return node.children
    .filter((child) => !isPassing(child))
    .map((child) => boxOf(child, node.type === 'parallel', boxes));
}

/**
 * @param {ChartNode} node
 * @param {boolean} isRegion
 * @param {Boxes} boxes
 */
function boxOf(node, isRegion, boxes) {
  const inner = statesIn(node, boxes);
  const box = h(
    'div',
    {
      className: `state ${node.type}${isRegion ? ' region' : ''}`,
      title: titleOf(node),
      role: 'group',
      'aria-label': node.key,
      'data-state': node.id,
    },
    h('span', { className: 'state-name' }, node.key, ...node.tags.map((tag) => h('em', { className: 'tag' }, tag))),
    inner.length > 0 && h('div', { className: 'states' }, ...inner),
  );
  if (isRegion) box.style.setProperty('--weight', String(Math.min(4, leaves(node))));
  boxes.set(node.id, box);
  return box;
}

/**
 * @param {ChartNode} node
 * @returns {number}
 */
const leaves = (node) =>
  node.children.length === 0 ? 1 : node.children.reduce((sum, child) => sum + leaves(child), 0);

/**
 * What the state listens to.
 * @param {ChartNode} state
 */
function titleOf({ key, transitions }) {
  const labels = [...new Set(transitions.map(({ label }) => label))];
  return labels.length === 0 ? key : `${key}\nlistens to: ${labels.join(', ')}`;
}

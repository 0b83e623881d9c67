/** The commands that fit what is being typed, above the message box. */
import { byId, h } from './dom.js';

/** @import { CommandHint } from '../wire.ts' */

/**
 * @param {HTMLTextAreaElement} input
 * @param {CommandHint[]} commands
 * @param {(text: string) => void} complete
 */
export function createSuggestions(input, commands, complete) {
  const list = byId('suggestions');
  /** @type {CommandHint[]} */
  let found = [];
  let chosen = 0;

  /** @param {CommandHint[]} next */
  function show(next) {
    found = next;
    chosen = Math.min(chosen, Math.max(0, found.length - 1));
    list.hidden = found.length === 0;
    list.replaceChildren(...found.map(itemOf));
    list.children[chosen]?.scrollIntoView({ block: 'nearest' });
    if (found.length > 0) input.setAttribute('aria-activedescendant', `suggestion-${chosen}`);
    else input.removeAttribute('aria-activedescendant');
  }

  /**
   * @param {CommandHint} command
   * @param {number} index
   */
  function itemOf(command, index) {
    const { name, args, hint } = command;
    return h(
      'li',
      {
        id: `suggestion-${index}`,
        role: 'option',
        'aria-selected': String(index === chosen),
        onmousedown: (event) => event.preventDefault(),
        onclick: () => take(command),
      },
      h('strong', {}, name, args !== '' && h('em', {}, ` ${args}`)),
      h('span', {}, hint),
    );
  }

  /** @param {CommandHint | undefined} command */
  function take(command) {
    close();
    if (command !== undefined) complete(command.args.startsWith('<') ? `${command.name} ` : command.name);
  }

  function close() {
    chosen = 0;
    show([]);
  }

  return {
    close,
    update() {
      const typed = input.value.toLowerCase();
      const fits = /^![\w?]*$/.test(typed) ? commands.filter(({ name }) => name.startsWith(typed)) : [];
      show(fits.some(({ name }) => name === typed) ? [] : fits);
    },
    /**
     * True when the key was for the list.
     * @param {KeyboardEvent} event
     */
    key({ key, shiftKey }) {
      if (found.length === 0) return false;
      const step = key === 'ArrowDown' ? 1 : key === 'ArrowUp' ? -1 : 0;
      if (step !== 0) {
        chosen = (chosen + step + found.length) % found.length;
        show(found);
      } else if (key === 'Enter' || (key === 'Tab' && !shiftKey)) take(found[chosen]);
      else if (key === 'Escape') close();
      else return false;
      return true;
    },
  };
}

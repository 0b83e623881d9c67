/** The commands that fit what is being typed, above the message box. */
import { byId, h } from './dom.js';

export function createSuggestions(input, commands, complete) {
  const list = byId('suggestions');
  let found = [];
  let chosen = 0;

  function show(next) {
    found = next;
    chosen = Math.min(chosen, Math.max(0, found.length - 1));
    list.hidden = found.length === 0;
    list.replaceChildren(
      ...found.map(({ name, args, hint }, index) =>
        h(
          'li',
          {
            id: `suggestion-${index}`,
            role: 'option',
            'aria-selected': String(index === chosen),
            onmousedown: (event) => event.preventDefault(),
            onclick: () => take(index),
          },
          h('strong', {}, name, args === '' ? null : h('em', {}, ` ${args}`)),
          h('span', {}, hint),
        ),
      ),
    );
    list.children[chosen]?.scrollIntoView({ block: 'nearest' });
    if (found.length > 0) input.setAttribute('aria-activedescendant', `suggestion-${chosen}`);
    else input.removeAttribute('aria-activedescendant');
  }

  function take(index) {
    const command = found[index];
    close();
    complete(command.args.startsWith('<') ? `${command.name} ` : command.name);
  }

  function close() {
    chosen = 0;
    show([]);
  }

  return {
    close,
    isOpen: () => found.length > 0,
    update() {
      const typed = input.value.toLowerCase();
      const fits = /^![\w?]*$/.test(typed) ? commands.filter(({ name }) => name.startsWith(typed)) : [];
      show(fits.some(({ name }) => name === typed) ? [] : fits);
    },
    /** True when the key was for the list. */
    key(event) {
      if (found.length === 0) return false;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step !== undefined) {
        chosen = (chosen + step + found.length) % found.length;
        show(found);
      } else if (event.key === 'Enter' || (event.key === 'Tab' && !event.shiftKey)) take(chosen);
      else if (event.key === 'Escape') close();
      else return false;
      return true;
    },
  };
}

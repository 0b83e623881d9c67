/** The message box: Enter sends, Shift+Enter begins a new line, `!` lists the commands. */
import { byId } from './dom.js';
import { createSuggestions } from './suggestions.js';

/** @import { CommandHint } from '../wire.ts' */

const HIGHEST = 200;

/** @param {{ commands: CommandHint[], send: (text: string) => void }} options */
export function createComposer({ commands, send }) {
  const form = byId('composer', HTMLFormElement);
  const input = byId('text', HTMLTextAreaElement);
  const stop = byId('stop');
  /** @type {Map<string, string>} */
  const drafts = new Map();
  /** @type {string | null} */
  let room = null;

  const suggestions = createSuggestions(input, commands, write);

  /** @param {string} text */
  function write(text) {
    input.value = text;
    changed();
    input.focus();
  }

  function changed() {
    input.style.height = 'auto';
    input.style.height = `${Math.min(input.scrollHeight, HIGHEST)}px`;
    suggestions.update();
    byId('send', HTMLButtonElement).disabled = input.value.trim() === '';
  }

  function submit() {
    const text = input.value.trim();
    if (text === '') return;
    input.value = '';
    changed();
    send(text);
  }

  input.oninput = changed;
  input.onblur = () => suggestions.close();
  input.onfocus = changed;
  input.onkeydown = (event) => {
    if (event.isComposing) return;
    if (suggestions.key(event)) event.preventDefault();
    else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      submit();
    }
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    submit();
    input.focus();
  };
  stop.onclick = () => {
    send('!stop');
    input.focus();
  };
  changed();

  return {
    focus: () => input.focus(),
    write,
    /**
     * Keeps what was being written in the room before, or takes it along.
     * @param {string} id
     * @param {{ takesDraft: boolean }} how
     */
    open(id, { takesDraft }) {
      const draft = input.value;
      if (room !== null) drafts.set(room, takesDraft ? '' : draft);
      room = id;
      input.value = takesDraft ? draft : (drafts.get(id) ?? '');
      changed();
    },
    /** @param {boolean} possible */
    canStop(possible) {
      stop.hidden = !possible;
    },
  };
}

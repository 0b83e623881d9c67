/** The message box: Enter sends, Shift+Enter begins a new line, `!` lists the commands. */
import { byId } from './dom.js';
import { createSuggestions } from './suggestions.js';

const HIGHEST = 200;

export function createComposer({ commands, send }) {
  const form = byId('composer');
  const input = byId('text');
  const stop = byId('stop');
  const drafts = new Map();
  let room = null;

  const suggestions = createSuggestions(input, commands, write);

  function write(text) {
    input.value = text;
    changed();
    input.focus();
  }

  function changed() {
    input.style.height = 'auto';
    input.style.height = `${Math.min(input.scrollHeight, HIGHEST)}px`;
    suggestions.update();
    byId('send').disabled = input.value.trim() === '';
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
    /** Keeps what was being written in the room before, or takes it along. */
    open(id, { takesDraft }) {
      const draft = input.value;
      if (room !== null) drafts.set(room, takesDraft ? '' : draft);
      room = id;
      input.value = takesDraft ? draft : (drafts.get(id) ?? '');
      changed();
    },
    canStop(possible) {
      stop.hidden = !possible;
    },
  };
}

/** What a first visit is told; once dismissed it stays away until it is asked for. */
import { byId, h } from './dom.js';
import { memory } from './memory.js';
import { showPane } from './panes.js';

const EXAMPLES = ['hello', 'table', 'slow', 'confirm', 'tool 6', 'media', 'fail', '!save', '!new', '!help'];

/** @param {{ say: (text: string) => void, closed: () => void }} told */
export function createIntro({ say, closed }) {
  const intro = byId('intro');

  function close() {
    if (intro.hidden) return;
    const hadFocus = intro.contains(document.activeElement);
    intro.hidden = true;
    memory.write('introduced', true);
    if (hadFocus) closed();
  }

  byId('examples').append(
    'Try ',
    ...EXAMPLES.map((text) => h('button', { type: 'button', className: 'example', onclick: () => say(text) }, text)),
  );
  byId('intro-close').onclick = close;
  byId('about').onclick = () => {
    showPane('chat');
    intro.hidden = false;
    intro.scrollIntoView();
    byId('intro-close').focus();
  };
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !event.defaultPrevented) close();
  });
  intro.hidden = memory.read('introduced') === true;
}

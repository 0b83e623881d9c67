/** The small choice of reactions beside a message. */
import { byId, h } from './dom.js';

const CHOICE = ['👍', '👎', '❤️', '😄', '🎉', '🤔'];

/** Gives `open(button, choose)`: Escape and a click elsewhere close it, the focus goes back to the button. */
export function createPicker() {
  const picker = byId('picker');
  /** @type {(key: string) => void} */
  let chosen = () => {};
  /** @type {HTMLElement | null} */
  let opener = null;

  const buttons = CHOICE.map((key) => {
    const onclick = () => {
      picker.hidePopover();
      chosen(key);
    };
    return h('button', { type: 'button', 'aria-label': key, onclick }, key);
  });
  picker.append(...buttons);
  picker.onkeydown = ({ key }) => {
    const step = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    const focused = buttons.findIndex((button) => button === document.activeElement);
    buttons[(focused + step + buttons.length) % buttons.length]?.focus();
  };
  picker.ontoggle = ({ newState }) => {
    if (newState === 'closed' && opener?.isConnected === true) opener.focus();
  };

  return (/** @type {HTMLElement} */ button, /** @type {(key: string) => void} */ choose) => {
    opener = button;
    chosen = choose;
    picker.showPopover();
    const { top, bottom, left } = button.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = picker;
    picker.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
    picker.style.top = `${top - height - 6 < 8 ? bottom + 6 : top - height - 6}px`;
    buttons[0]?.focus();
  };
}

/** The small choice of reactions beside a message. */
import { byId, h } from './dom.js';

const CHOICE = ['👍', '👎', '❤️', '😄', '🎉', '🤔'];

/** Gives `open(button, choose)`; Escape and a click elsewhere close it, the focus goes back to the button. */
export function createPicker() {
  const picker = byId('picker');
  let chosen = () => {};
  let opener = null;

  picker.append(
    ...CHOICE.map((key) =>
      h(
        'button',
        {
          type: 'button',
          'aria-label': key,
          onclick: () => {
            picker.hidePopover();
            chosen(key);
          },
        },
        key,
      ),
    ),
  );
  picker.onkeydown = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    const buttons = [...picker.children];
    buttons[(buttons.indexOf(document.activeElement) + step + buttons.length) % buttons.length].focus();
  };
  picker.ontoggle = ({ newState }) => {
    if (newState === 'closed' && opener?.isConnected) opener.focus();
  };

  return (button, choose) => {
    opener = button;
    chosen = choose;
    picker.showPopover();
    const { top, bottom, left } = button.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = picker;
    picker.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
    picker.style.top = `${top - height - 6 < 8 ? bottom + 6 : top - height - 6}px`;
    picker.firstElementChild.focus();
  };
}

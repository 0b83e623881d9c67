/** On narrow screens one part of the page is shown at a time. */
const buttons = [.../** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll('button[data-shows]'))];

/** @param {string} name */
export function showPane(name) {
  document.body.dataset['pane'] = name;
  for (const button of buttons) {
    if (button.dataset['shows'] === name) button.setAttribute('aria-current', 'true');
    else button.removeAttribute('aria-current');
  }
}

export function createPanes() {
  for (const button of buttons) button.onclick = () => showPane(button.dataset['shows'] ?? 'chat');
  showPane('chat');
}

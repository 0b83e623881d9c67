/** One message as an element. */
import { h, icon } from './dom.js';
import { sanitise } from './sanitise.js';
import { sharedFile } from './shared-file.js';
import { exactTimeOf, timeOf } from './time.js';

/** @import { CommandHint } from '../wire.ts' */
/** @import { Actions, Message, Question, Spoken } from './types.ts' */

const SMILE = 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM5.6 9.4a2.8 2.8 0 0 0 4.8 0M6 6.2v.2M10 6.2v.2';

/**
 * `commands` are the ones that become buttons where the bot names them.
 * @param {Message} message
 * @param {{ actions: Actions, commands: CommandHint[] }} parts
 */
export function messageElement(message, { actions, commands }) {
  if (message.kind === 'line') return h('p', { className: 'line' }, message.body);
  const { kind, at, streaming, pending, edited, question } = message;
  const content = contentOf(message, actions, commands);
  const author = { own: 'You', answer: 'Agent', notice: 'Roomkeeper' }[kind];
  return h(
    'article',
    {
      className: `message ${kind}${streaming ? ' streaming' : ''}${pending === null ? '' : ` ${pending}`}`,
      'aria-busy': streaming ? 'true' : null,
      'aria-label': `${author}, ${timeOf(at)}`,
      // What changes while something goes on is read out once.
      'aria-live': kind === 'notice' && edited ? 'off' : null,
    },
    content,
    question !== null && answerButtons(question, actions),
    h('footer', {}, metaOf(message, actions), ...reactionsOf(message, actions)),
  );
}

/**
 * @param {Spoken} message
 * @param {Actions} actions
 * @param {CommandHint[]} commands
 */
function contentOf(message, actions, commands) {
  const { id, file, redacted } = message;
  if (redacted) return h('p', { className: 'content gone' }, 'This message was deleted.');
  if (file === null) return wordsOf(message, actions, commands);
  const figure = sharedFile(id, file, actions);
  return h('div', { className: 'with-file' }, figure, file.hasCaption && wordsOf(message, actions, commands));
}

/**
 * @param {Spoken} message
 * @param {Actions} actions
 * @param {CommandHint[]} commands
 */
function wordsOf(message, actions, commands) {
  const { body, html, question } = message;
  const content = h('div', { className: html === '' ? 'content plain' : 'content rich' });
  if (html === '') content.append(body);
  else content.append(sanitise(html));
  dressUp(content, actions);
  if (message.kind === 'notice' && question === null) makeCommandsButtons(content, actions, commands);
  return content;
}

const CHECK = 'M3 8.6l3.4 3.4L13 4.4';
const CROSS = 'M4 4l8 8M12 4l-8 8';
const DISK = 'M2.5 2.5h8l3 3v8h-11ZM5 2.5v3.5h5V2.5M5 13.5V9.5h6v4';

/**
 * What stands on the buttons: drawn, for not every machine has a font with such signs.
 * @type {Record<string, { words: string, kind: string, sign: string | null }>}
 */
const ANSWERS = {
  '!yes': { words: 'Yes', kind: 'yes', sign: CHECK },
  '!no': { words: 'No', kind: 'no', sign: CROSS },
  '!save': { words: 'Save first', kind: 'save', sign: DISK },
  0: { words: 'None', kind: 'none', sign: null },
};

/**
 * Each says its answer once: they are out of use when the question is open no more.
 * @param {Question} question
 * @param {Actions} actions
 */
function answerButtons({ answers, isOpen, given }, actions) {
  const buttons = answers.map(({ says, save }) => {
    const { words = save ?? says, kind = 'listed', sign = null } = save === null ? (ANSWERS[says] ?? {}) : {};
    return h(
      'button',
      {
        type: 'button',
        className: `answer-button ${kind}`,
        disabled: !isOpen,
        'aria-pressed': given === says ? 'true' : null,
        'aria-label': save === null ? words : `Load ${save}`,
        onclick: () => actions.answer(says),
      },
      sign !== null && icon(sign),
      save !== null && h('span', { 'aria-hidden': 'true' }, says),
      words,
    );
  });
  return h('div', { className: 'answers', role: 'group', 'aria-label': 'Answers' }, ...buttons);
}

/**
 * Code can be copied, wide tables scroll in place, links to rooms open them here, images come with the login.
 * @param {HTMLElement} content
 * @param {Actions} actions
 */
function dressUp(content, actions) {
  for (const pre of content.querySelectorAll('pre')) {
    pre.tabIndex = 0;
    const copy = h('button', { type: 'button', className: 'copy' }, 'Copy');
    copy.onclick = () => void copyText(pre.querySelector('code') ?? pre, copy);
    const frame = h('div', { className: 'code-frame' });
    pre.replaceWith(frame);
    frame.append(pre, copy);
  }
  for (const table of content.querySelectorAll('table')) {
    const frame = h('div', { className: 'table-frame', tabIndex: 0, role: 'region', 'aria-label': 'Table' });
    table.replaceWith(frame);
    frame.append(table);
  }
  for (const link of content.querySelectorAll('a')) {
    if (!link.href.startsWith('https://matrix.to/#/')) continue;
    link.onclick = (event) => {
      if (actions.open(roomIn(link))) event.preventDefault();
    };
  }
  for (const image of content.querySelectorAll('img')) {
    void actions.load(image.dataset['mxc'] ?? '').then((file) => {
      if (file?.kind === 'picture') image.src = file.href;
      else image.replaceWith(image.alt);
    });
  }
}

/**
 * The room that a link leads to; empty where it cannot be read.
 * @param {HTMLAnchorElement} link
 */
function roomIn({ hash }) {
  try {
    return decodeURIComponent(hash.slice(2).replace(/\?.*/, ''));
  } catch {
    return '';
  }
}

/**
 * @param {HTMLElement} element
 * @param {HTMLButtonElement} button
 */
async function copyText(element, button) {
  const done = await navigator.clipboard.writeText(element.textContent).then(
    () => true,
    () => false,
  );
  button.textContent = done ? 'Copied' : 'Could not copy';
  setTimeout(() => (button.textContent = 'Copy'), 1500);
}

/**
 * A command that is complete is run; one to which something is to be added is put into the message box.
 * @param {HTMLElement} content
 * @param {Actions} actions
 * @param {CommandHint[]} commands
 */
function makeCommandsButtons(content, actions, commands) {
  for (const code of content.querySelectorAll('code:not(a code)')) {
    const text = code.textContent;
    const [name = '', ...rest] = text.split(' ');
    const command = commands.find((candidate) => candidate.name === name);
    if (command === undefined) continue;
    const isForm = rest.length === 0 || rest.join(' ') === command.args;
    const isComplete = isForm && !command.args.startsWith('<');
    const onclick = () => (isComplete ? actions.run(name) : actions.write(isForm ? `${name} ` : text));
    code.replaceWith(h('button', { type: 'button', className: 'command', onclick }, text));
  }
}

const STATES = { sending: 'sending', waiting: 'waits for your files' };

/**
 * @param {Spoken} message
 * @param {Actions} actions
 */
function metaOf({ id, at, pending, seen }, actions) {
  if (pending === 'failed') {
    const retry = h(
      'button',
      { type: 'button', className: 'link-button', onclick: () => actions.retry(id) },
      'Try again',
    );
    return h('span', { className: 'meta problem' }, 'Not sent. ', retry);
  }
  const time = h('time', { dateTime: new Date(at).toISOString(), title: exactTimeOf(at) }, timeOf(at));
  const state = pending === null ? (seen ? 'seen' : '') : STATES[pending];
  return h('span', { className: 'meta' }, time, state !== '' && ` · ${state}`);
}

/**
 * @param {Spoken} message
 * @param {Actions} actions
 */
function reactionsOf({ id, kind, reactions, pending, redacted }, actions) {
  if (pending !== null || redacted) return [];
  const chips = reactions.map(({ key, count, mine }) =>
    h(
      'button',
      {
        type: 'button',
        className: 'reaction',
        'aria-pressed': String(mine !== null),
        'aria-label': `${key}, ${count}`,
        onclick: () => actions.react(id, key, mine),
      },
      h('span', {}, key),
      count > 1 && ` ${count}`,
    ),
  );
  if (kind === 'notice') return chips;
  const add = h('button', { type: 'button', className: 'react', 'aria-label': 'Add a reaction' }, icon(SMILE));
  add.onclick = () => actions.pick(id, add);
  return [...chips, add];
}

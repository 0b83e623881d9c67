/** The page: logs in, syncs, and brings its parts together. */
import { createComposer } from './composer.js';
import { createConversation } from './conversation.js';
import { byId } from './dom.js';
import { createIntro } from './intro.js';
import { createMachinePanel } from './machine.js';
import { createMatrix } from './matrix.js';
import { memory } from './memory.js';
import { createOutbox } from './outbox.js';
import { createPanes, showPane } from './panes.js';
import { createPicker } from './reactions.js';
import { createRoomList } from './room-list.js';
import { addEarlier, applySync, newRoom } from './rooms.js';
import { logIn } from './session.js';
import { keepSyncing } from './sync-loop.js';
import { lastLine, messagesOf } from './timeline.js';

createPanes();
const [session, description] = await Promise.all([
  logIn(),
  fetch('/demo/machine.json').then((response) => response.json()),
]).catch((error) => {
  notify('The demo does not answer. Start it with “npm run demo” and load this page again.');
  throw error;
});
const { userId: me, bot, commands } = session;
const matrix = createMatrix(session);
const rooms = new Map();
let open = null;
let readUpTo = null;
let isLoadingEarlier = false;

const current = () => rooms.get(open);
const outbox = createOutbox(matrix, showSoon);
const machine = createMachinePanel(description);
const roomList = createRoomList((id) => {
  openRoom(id);
  showPane('chat');
  composer.focus();
});
const composer = createComposer({ commands, send: say });
const pick = createPicker();
const actions = {
  run: say,
  retry: (id) => outbox.retry(current(), id),
  react: (id, key, mine) =>
    void outbox.react(current(), id, key, mine).catch(() => notify('The reaction was not taken.')),
  pick: (id, button) => pick(button, (key) => actions.react(id, key, ownReaction(id, key))),
  load: loadOnce(),
  save,
};
const conversation = createConversation({ actions, commands: commands.map(({ name }) => name) }, loadEarlier);
createIntro({ say, closed: () => composer.focus() });

function say(text) {
  if (current() === undefined) return;
  conversation.goToEnd();
  outbox.say(current(), text);
}

function ownReaction(id, key) {
  const message = messagesOf(current(), me, bot).find((candidate) => candidate.id === id);
  return message?.reactions.find((reaction) => reaction.key === key)?.mine ?? null;
}

function openRoom(id) {
  open = id;
  readUpTo = null;
  memory.write('room', id);
  composer.open(id);
  machine.follow(id);
  show();
}

let isShowing = false;

/** However much changes at once, it is shown once. */
function showSoon() {
  if (isShowing) return;
  isShowing = true;
  queueMicrotask(() => {
    isShowing = false;
    show();
  });
}

function show() {
  const newestFirst = [...rooms.values()].sort((one, other) => other.createdAt - one.createdAt);
  if (current() === undefined && newestFirst.length > 0) {
    const remembered = memory.read('room');
    return openRoom(rooms.has(remembered) ? remembered : newestFirst[0].id);
  }
  roomList.show(
    newestFirst.map((room) => ({
      id: room.id,
      name: room.name,
      line: lastLine(room, me),
      unread: room.id === open && !document.hidden ? 0 : room.unread,
      isOpen: room.id === open,
      busy: room.typing.includes(bot),
    })),
  );
  const room = current();
  if (room === undefined) return;
  const messages = messagesOf(room, me, bot);
  const isBusy = room.typing.includes(bot);
  byId('room-name').textContent = room.name;
  byId('room-status').textContent = isBusy ? 'The agent is writing' : 'The agent is ready';
  document.title = `${room.name} · Roomkeeper`;
  composer.canStop(isBusy);
  conversation.show(room.id, messages, isBusy && !messages.some(({ streaming }) => streaming));
  markRead(room);
}

function markRead(room) {
  const last = room.events.findLast(({ sender, type }) => sender !== me && type === 'm.room.message');
  if (last === undefined || last.event_id === readUpTo || document.hidden) return;
  if (room.receipts.get(me) === last.event_id) return;
  readUpTo = last.event_id;
  room.unread = 0;
  matrix.markRead(room.id, last.event_id).catch(() => (readUpTo = null));
}

async function loadEarlier() {
  const room = current();
  if (room === undefined || room.before === null || isLoadingEarlier) return;
  isLoadingEarlier = true;
  try {
    addEarlier(room, await matrix.earlier(room.id, room.before));
    show();
  } catch {
    notify('What was said before could not be loaded.');
  } finally {
    isLoadingEarlier = false;
  }
}

function loadOnce() {
  const loaded = new Map();
  return (mxc) => {
    if (!loaded.has(mxc))
      loaded.set(
        mxc,
        matrix.download(mxc).catch(() => null),
      );
    return loaded.get(mxc);
  };
}

async function save({ name, url }) {
  const href = await actions.load(url);
  if (href === null) return notify('The file could not be loaded.');
  Object.assign(document.createElement('a'), { href, download: name }).click();
}

function notify(sentence) {
  const banner = byId('banner');
  banner.textContent = sentence ?? '';
  banner.hidden = sentence === null;
}

byId('new-room').onclick = async () => {
  const numbers = [...rooms.values()].map(({ name }) => Number(/^Room (\d+)$/.exec(name)?.[1] ?? 0));
  try {
    const name = `Room ${Math.max(0, ...numbers) + 1}`;
    const id = await matrix.createRoom(name, bot);
    if (!rooms.has(id)) rooms.set(id, { ...newRoom(id), name, createdAt: Date.now() });
    openRoom(id);
    showPane('chat');
    composer.focus();
  } catch {
    notify('The room could not be opened. Please try again.');
  }
};
document.addEventListener('visibilitychange', showSoon);

await keepSyncing(matrix, {
  take(response) {
    applySync(rooms, response);
    show();
  },
  trouble: notify,
});
location.reload();

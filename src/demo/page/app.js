/** The page: logs in, syncs, and brings its parts together. */
import { createComposer } from './composer.js';
import { createConversation } from './conversation.js';
import { byId } from './dom.js';
import { createIntro } from './intro.js';
import { createInvitations } from './invitations.js';
import { createMachinePanel } from './machine.js';
import { createMatrix } from './matrix.js';
import { memory } from './memory.js';
import { createOutbox } from './outbox.js';
import { createPanes, showPane } from './panes.js';
import { createPicker } from './reactions.js';
import { groupsOf, isChat } from './room-groups.js';
import { createRoomList } from './room-list.js';
import { addEarlier, applySync } from './rooms.js';
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
const seenChats = new Set();
let chatFacts = new Map();
let open = null;
/** The next chat that the bot makes is the one that the person wants to see. */
let awaitsChat = true;
let readUpTo = null;
let isLoadingEarlier = false;

const current = () => rooms.get(open);
const outbox = createOutbox(matrix, showSoon);
const machine = createMachinePanel(description, me, (chats) => {
  chatFacts = new Map(chats.map((chat) => [chat.room, chat]));
  showSoon();
});
const accept = createInvitations(matrix, {
  me,
  bot,
  failed: () => notify('An invitation could not be accepted. Load this page again to try once more.'),
});
const roomList = createRoomList(visitRoom);

function visitRoom(id) {
  awaitsChat = false;
  openRoom(id);
  showPane('chat');
  composer.focus();
}

const composer = createComposer({ commands, send: say });
const pick = createPicker();
const actions = {
  run: say,
  write: (text) => composer.write(text),
  open(id) {
    if (rooms.has(id)) visitRoom(id);
    return rooms.has(id);
  },
  retry: (id) => outbox.retry(current(), id),
  react: (id, key, mine) =>
    void outbox.react(current(), id, key, mine).catch(() => notify('The reaction was not taken.')),
  pick: (id, button) => pick(button, (key) => actions.react(id, key, ownReaction(id, key))),
  load: loadOnce(),
  save,
};
const conversation = createConversation({ actions, commands }, loadEarlier);
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

function openRoom(id, { takesDraft = false } = {}) {
  open = id;
  readUpTo = null;
  memory.write('room', id);
  composer.open(id, { takesDraft });
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
  const archived = new Set([...chatFacts.values()].filter((chat) => chat.archived).map(({ room }) => room));
  roomList.show(groupsOf(newestFirst(), archived).map((group) => ({ ...group, rooms: group.rooms.map(itemOf) })));
  const room = current();
  if (room === undefined) return;
  const messages = messagesOf(room, me, bot);
  const isBusy = room.typing.includes(bot);
  byId('room-name').textContent = room.name;
  byId('room-status').textContent = statusOf(room, isBusy);
  document.title = `${room.name} · Roomkeeper`;
  composer.canStop(isBusy);
  conversation.show(room.id, messages, isBusy && !messages.some(({ streaming }) => streaming));
  markRead(room);
}

const newestFirst = () => [...rooms.values()].sort((one, other) => other.createdAt - one.createdAt);

function itemOf(room) {
  const isOpen = room.id === open;
  return {
    id: room.id,
    name: room.name,
    number: chatFacts.get(room.id)?.number ?? null,
    line: lastLine(room, me),
    unread: isOpen && !document.hidden ? 0 : room.unread,
    isNew: !isOpen && isChat(room) && !room.receipts.has(me),
    isOpen,
    busy: room.typing.includes(bot),
  };
}

function statusOf(room, isBusy) {
  if (!isChat(room)) return 'The bot points to your chats here';
  return isBusy ? 'The agent is writing' : 'The agent is ready';
}

/** Opens what the person was in before, else the chat that is awaited, else any room while there is none open. */
function chooseRoom() {
  const arrived = newestFirst().filter((room) => isChat(room) && !seenChats.has(room.id));
  for (const { id } of arrived) seenChats.add(id);
  const remembered = memory.read('room');
  if (open === null && rooms.has(remembered)) {
    awaitsChat = false;
    openRoom(remembered);
  } else if (awaitsChat && arrived.length > 0) {
    awaitsChat = false;
    openRoom(arrived[0].id, { takesDraft: open !== null && !isChat(current()) });
  } else if (current() === undefined) {
    const [room] = newestFirst().filter(({ isSpace }) => !isSpace);
    if (room !== undefined) openRoom(room.id);
  }
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

byId('new-chat').onclick = () => {
  awaitsChat = true;
  showPane('chat');
  say('!new');
  composer.focus();
};
document.addEventListener('visibilitychange', showSoon);

await keepSyncing(matrix, {
  take(response) {
    applySync(rooms, response);
    accept(response);
    chooseRoom();
    show();
  },
  trouble: notify,
});
location.reload();

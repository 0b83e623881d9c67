/** The page: logs in, syncs, and brings its parts together. */
import { createComposer } from './composer.js';
import { createConversation } from './conversation.js';
import { byId } from './dom.js';
import { createFiles } from './files.js';
import { createIntake } from './intake.js';
import { createIntro } from './intro.js';
import { createInvitations } from './invitations.js';
import { jsonOf } from './json.js';
import { createMachinePanel } from './machine.js';
import { createMatrix } from './matrix.js';
import { memory } from './memory.js';
import { createOutbox } from './outbox.js';
import { createPanes, showPane } from './panes.js';
import { markQuestions } from './questions.js';
import { createPicker } from './reactions.js';
import { groupsOf, isChat } from './room-groups.js';
import { createRoomList } from './room-list.js';
import { addEarlier, applySync } from './rooms.js';
import { logIn, Refused } from './session.js';
import { keepSyncing } from './sync-loop.js';
import { lastLine, messagesOf } from './timeline.js';
import { createTray } from './tray.js';
import { createUploads } from './uploads.js';

/** @import { ChartNode } from '../../diagrams/walk.ts' */
/** @import { ChatFacts, WaitingFile } from '../wire.ts' */
/** @import { Actions, Room, RoomItem } from './types.ts' */

createPanes();
const [session, description] = await Promise.all([logIn(), fetch('/demo/machine.json').then(jsonOf)]).catch((error) => {
  const isAway = !(error instanceof Refused);
  notify(
    isAway ? 'The demo is not running any more. Start it with “npm run demo”, then reload this page.' : error.message,
  );
  throw error;
});
const { userId: me, bot, key, commands, asking } = session;
const matrix = createMatrix(session);
/** @type {Map<string, Room>} */
const rooms = new Map();
/** @type {Set<string>} */
const seenChats = new Set();
/** @type {Map<string, ChatFacts>} */
let chatFacts = new Map();
/** @type {string | null} */
let open = null;
/** The next chat that the bot makes is the one that the person wants to see. */
let awaitsChat = true;
/** @type {string | null} */
let readUpTo = null;
let isLoadingEarlier = false;
/**
 * The files that wait in the room that is open.
 * @type {WaitingFile[]}
 */
let waiting = [];

const current = () => (open === null ? undefined : rooms.get(open));
const outbox = createOutbox(matrix, showSoon);
const files = createFiles(matrix, () => notify('The file could not be loaded.'));
const uploads = createUploads(matrix, { changed: showTray, progressed: () => tray.progress(uploadsHere()) });
const tray = createTray({
  remove: (which) => say(`!remove ${which}`),
  retry: (id) => uploads.retry(id),
  cancel: (id) => uploads.cancel(id),
  emptied: () => composer.focus(),
});
const machine = createMachinePanel(/** @type {ChartNode} */ (description), key, {
  chats(chats) {
    chatFacts = new Map(chats.map((chat) => [chat.room, chat]));
    showSoon();
  },
  tray(files) {
    waiting = files;
    uploads.arrive(files.map(({ event }) => event));
    showTray();
  },
});
const accept = createInvitations(matrix, {
  me,
  bot,
  failed: () => notify('An invitation could not be accepted. Reload this page to try again.'),
});
const roomList = createRoomList(visitRoom);

/** @param {string} id */
function visitRoom(id) {
  awaitsChat = false;
  openRoom(id);
  showPane('chat');
  composer.focus();
}

const composer = createComposer({ commands, send: say });
const pick = createPicker();
/** @type {Actions} */
const actions = {
  ...files,
  run: say,
  answer(text) {
    say(text);
    composer.focus();
  },
  write: (text) => composer.write(text),
  open(id) {
    if (rooms.has(id)) visitRoom(id);
    return rooms.has(id);
  },
  retry: (id) => inRoom((room) => outbox.retry(room, id)),
  react: (id, key, mine) =>
    inRoom((room) => void outbox.react(room, id, key, mine).catch(() => notify('Your reaction could not be sent.'))),
  pick: (id, button) => pick(button, (key) => actions.react(id, key, ownReaction(id, key))),
};
const conversation = createConversation({ actions, commands }, () => void loadEarlier());
createIntro({ say, closed: () => composer.focus() });
createIntake((chosen) => {
  inRoom((room) => uploads.add(room.id, chosen));
  composer.focus();
});

/** @param {(room: Room) => void} act in the room that is open, if any is */
function inRoom(act) {
  const room = current();
  if (room !== undefined) act(room);
}

/** @param {string} text */
function say(text) {
  inRoom((room) => {
    conversation.goToEnd();
    // A command is for now; a text takes along what is on its way.
    outbox.say(room, text, text.startsWith('!') ? null : uploads.through(room.id));
  });
}

const uploadsHere = () => uploads.of(open ?? '');

function showTray() {
  tray.show(waiting, uploadsHere());
}

/**
 * @param {string} id
 * @param {string} key
 */
function ownReaction(id, key) {
  const room = current();
  const message = room && messagesOf(room, me, bot).find((candidate) => candidate.id === id);
  if (message === undefined || message.kind === 'line') return null;
  return message.reactions.find((reaction) => reaction.key === key)?.mine ?? null;
}

/** @param {string} id */
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
  inRoom((room) => {
    const messages = messagesOf(room, me, bot);
    markQuestions(messages, asking);
    const isBusy = room.typing.includes(bot);
    byId('room-name').textContent = room.name;
    byId('room-status').textContent = statusOf(room, isBusy);
    document.title = `${room.name} · Roomkeeper`;
    composer.canStop(isBusy);
    const isStreaming = messages.some((message) => message.kind !== 'line' && message.streaming);
    conversation.show(room.id, messages, isBusy && !isStreaming);
    markRead(room);
  });
}

const newestFirst = () => [...rooms.values()].sort((one, other) => other.createdAt - one.createdAt);

/**
 * @param {Room} room
 * @returns {RoomItem}
 */
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

/**
 * @param {Room} room
 * @param {boolean} isBusy
 */
function statusOf(room, isBusy) {
  if (!isChat(room)) return 'The bot points to your chats here';
  return isBusy ? 'The agent is writing' : 'The agent is ready';
}

/** Opens what the person was in before, else the chat that is awaited, else any room while there is none open. */
function chooseRoom() {
  const arrived = newestFirst().filter((room) => isChat(room) && !seenChats.has(room.id));
  for (const { id } of arrived) seenChats.add(id);
  const remembered = memory.read('room');
  const room = current();
  const [first] = awaitsChat ? arrived : [];
  if (open === null && typeof remembered === 'string' && rooms.has(remembered)) {
    awaitsChat = false;
    openRoom(remembered);
  } else if (first !== undefined) {
    awaitsChat = false;
    openRoom(first.id, { takesDraft: room !== undefined && !isChat(room) });
  } else if (room === undefined) {
    const any = newestFirst().find(({ isSpace }) => !isSpace);
    if (any !== undefined) openRoom(any.id);
  }
}

/** @param {Room} room */
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

/** @param {string | null} sentence */
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

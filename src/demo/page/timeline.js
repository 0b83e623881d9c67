/** From a room's events to the messages that are shown: edits, redactions and reactions applied. Pure. */

import { fileOf } from './file-of.js';

/** @import { LastLine, MatrixEvent, Message, Pending, Reaction, Room, Spoken } from './types.ts' */
/** @typedef {Record<string, unknown>} Content */

/** @param {unknown} value */
const text = (value) => (typeof value === 'string' ? value : '');

/**
 * The messages of a room, oldest first.
 * @param {Room} room
 * @param {string} me the person at this page
 * @param {string} bot the service
 * @returns {Message[]}
 */
export function messagesOf(room, me, bot) {
  const { edits, reactions } = relationsIn(room.events, me);
  const messages = room.events.flatMap((event) => {
    if (event.type === 'm.room.member') return lineOf(event, me, bot) ?? [];
    if (event.type !== 'm.room.message' || relationOf(event)['rel_type'] === 'm.replace') return [];
    // What the bot takes back itself was for a while only.
    if (event.sender === bot && redacterOf(event) === bot) return [];
    return messageOf(event, edits.get(event.event_id), reactions.get(event.event_id), me);
  });
  markStreaming(messages, room, bot);
  markSeen(messages, room, bot);
  return [...messages, ...room.pending.map(pendingMessage)];
}

/**
 * The last thing said, for the list of rooms; null in an empty room.
 * @param {Room} room
 * @param {string} me
 * @returns {LastLine | null}
 */
export function lastLine(room, me) {
  const event = room.events.findLast(
    (candidate) => candidate.type === 'm.room.message' && text(candidate.content['body']) !== '',
  );
  if (event === undefined) return null;
  const line =
    text(newContentOf(event.content)['body'])
      .split('\n')
      .find((part) => /[^\s`]/.test(part) && !part.startsWith('```')) ?? '';
  return { body: line.replace(/[*`#>|_]+/g, '').trim(), at: event.origin_server_ts, own: event.sender === me };
}

/**
 * @param {unknown} value
 * @returns {Content | null}
 */
const objectOf = (value) => (typeof value === 'object' && value !== null ? /** @type {Content} */ (value) : null);

/** @param {MatrixEvent} event */
const relationOf = (event) => objectOf(event.content['m.relates_to']) ?? {};

/**
 * Who took its content away; null while it is there.
 * @param {MatrixEvent} event
 */
const redacterOf = ({ redactedBy, unsigned }) =>
  redactedBy ?? (unsigned?.redacted_because === undefined ? null : text(unsigned.redacted_because.sender));

/** @param {Content} content */
const newContentOf = (content) => objectOf(content['m.new_content']) ?? content;

/**
 * What belongs to other events, by their id.
 * @param {MatrixEvent[]} events
 * @param {string} me
 */
function relationsIn(events, me) {
  /** @type {Map<string, MatrixEvent>} */
  const edits = new Map();
  /** @type {Map<string, Map<string, Reaction>>} */
  const reactions = new Map();
  const senders = new Map(events.map((event) => [event.event_id, event.sender]));
  for (const event of events) {
    const relation = relationOf(event);
    const target = text(relation['event_id']);
    const key = relation['key'];
    if (relation['rel_type'] === 'm.replace' && event.type === 'm.room.message') {
      if (senders.get(target) === event.sender) edits.set(target, event);
    }
    if (relation['rel_type'] === 'm.annotation' && event.type === 'm.reaction' && typeof key === 'string') {
      /** @type {Map<string, Reaction>} */
      const none = new Map();
      const all = reactions.get(target) ?? none;
      const { count, mine } = all.get(key) ?? { count: 0, mine: null };
      all.set(key, { key, count: count + 1, mine: event.sender === me ? event.event_id : mine });
      reactions.set(target, all);
    }
  }
  return { edits, reactions };
}

/**
 * An invitation, as a line of its own; null for all else that members do.
 * @param {MatrixEvent} event
 * @param {string} me
 * @param {string} bot
 * @returns {Message | null}
 */
function lineOf({ event_id: id, sender, state_key: user, content, origin_server_ts: at }, me, bot) {
  if (content['membership'] !== 'invite') return null;
  if (sender === bot && user === me)
    return { id, kind: 'line', at, body: 'Roomkeeper invited you; this page accepted for you.' };
  return sender === me && user === bot ? { id, kind: 'line', at, body: 'You invited Roomkeeper.' } : null;
}

/**
 * @param {MatrixEvent} event
 * @param {MatrixEvent | undefined} seenEdit
 * @param {Map<string, Reaction> | undefined} reactions by key
 * @param {string} me
 * @returns {Spoken}
 */
function messageOf(event, seenEdit, reactions, me) {
  const { content: edited } = seenEdit ?? event.unsigned?.['m.relations']?.['m.replace'] ?? {};
  const redacted = redacterOf(event) !== null;
  const isEdited = !redacted && edited !== undefined;
  const content = isEdited ? (objectOf(edited['m.new_content']) ?? event.content) : event.content;
  return {
    id: event.event_id,
    kind: event.sender === me ? 'own' : isWordOfTheBot(content) ? 'notice' : 'answer',
    body: text(content['body']),
    html: content['format'] === 'org.matrix.custom.html' ? text(content['formatted_body']) : '',
    file: fileOf(content),
    at: event.origin_server_ts,
    redacted,
    reactions: [...(reactions?.values() ?? [])],
    streaming: false,
    seen: false,
    pending: null,
    edited: isEdited,
    question: null,
  };
}

/**
 * While the bot types, its last answer behind our last text is the one that grows: files wait for another one.
 * @param {Message[]} messages
 * @param {Room} room
 * @param {string} bot
 */
function markStreaming(messages, room, bot) {
  if (!room.typing.includes(bot)) return;
  const last = messages.findLast((message) => {
    return message.kind === 'answer' || (message.kind === 'own' && message.file === null);
  });
  if (last?.kind === 'answer') last.streaming = true;
}

/**
 * Only our last message that the bot has read says so.
 * @param {Message[]} messages
 * @param {Room} room
 * @param {string} bot
 */
function markSeen(messages, room, bot) {
  const upTo = room.events.findIndex(({ event_id }) => event_id === room.receipts.get(bot));
  if (upTo < 0) return;
  const read = new Set(room.events.slice(0, upTo + 1).map(({ event_id }) => event_id));
  const last = messages.findLast(({ kind }) => kind === 'own');
  if (last?.kind === 'own' && read.has(last.id)) last.seen = true;
}

/**
 * @param {Pending} pending
 * @returns {Spoken}
 */
function pendingMessage({ transaction, body, at, failed, waits }) {
  return {
    id: transaction,
    kind: 'own',
    body,
    html: '',
    file: null,
    at,
    redacted: false,
    reactions: [],
    streaming: false,
    seen: false,
    pending: failed ? 'failed' : waits ? 'waiting' : 'sending',
    edited: false,
    question: null,
  };
}

/**
 * What it says itself and not for the agent: a notice, or a word that rings.
 * @param {Record<string, unknown>} content
 */
function isWordOfTheBot({ msgtype, 'm.mentions': mentions }) {
  const { user_ids: whom = [] } = /** @type {{ user_ids?: string[] }} */ (mentions ?? {});
  return msgtype === 'm.notice' || whom.length > 0;
}

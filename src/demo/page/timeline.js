/** From a room's events to the messages that are shown: edits, redactions and reactions applied. Pure. */

const FILES = ['m.image', 'm.file', 'm.audio', 'm.video'];
const text = (value) => (typeof value === 'string' ? value : '');

/** The messages of a room, oldest first. `me` is the person at this page, `bot` the service. */
export function messagesOf(room, me, bot) {
  const { edits, reactions } = relationsIn(room.events, me);
  const messages = room.events.flatMap((event) => {
    if (event.type === 'm.room.member') return lineOf(event, me, bot) ?? [];
    if (event.type !== 'm.room.message' || relationOf(event)?.rel_type === 'm.replace') return [];
    return messageOf(event, edits.get(event.event_id), reactions.get(event.event_id), me);
  });
  markStreaming(messages, room, bot);
  markSeen(messages, room, bot);
  return [...messages, ...room.pending.map(pendingMessage)];
}

/** The last thing said, for the list of rooms: `{ body, at, own }`, or null in an empty room. */
export function lastLine(room, me) {
  const event = room.events.findLast(
    (candidate) => candidate.type === 'm.room.message' && text(candidate.content.body) !== '',
  );
  if (event === undefined) return null;
  const { body } = event.content['m.new_content'] ?? event.content;
  const line =
    text(body)
      .split('\n')
      .find((part) => /[^\s`]/.test(part) && !part.startsWith('```')) ?? '';
  return { body: line.replace(/[*`#>|_]+/g, '').trim(), at: event.origin_server_ts, own: event.sender === me };
}

function relationOf(event) {
  const relation = event.content['m.relates_to'];
  return typeof relation === 'object' && relation !== null ? relation : null;
}

function relationsIn(events, me) {
  const edits = new Map();
  const reactions = new Map();
  const senders = new Map(events.map((event) => [event.event_id, event.sender]));
  for (const event of events) {
    const { rel_type: kind, event_id: target, key } = relationOf(event) ?? {};
    if (kind === 'm.replace' && event.type === 'm.room.message') {
      const sender = senders.get(target);
      if (sender === event.sender) edits.set(target, event);
    }
    if (kind === 'm.annotation' && event.type === 'm.reaction' && typeof key === 'string') {
      const all = reactions.get(target) ?? new Map();
      const { count = 0, mine = null } = all.get(key) ?? {};
      all.set(key, { key, count: count + 1, mine: event.sender === me ? event.event_id : mine });
      reactions.set(target, all);
    }
  }
  return { edits, reactions };
}

/** An invitation, as a line of its own; null for all else that members do. */
function lineOf({ event_id: id, sender, state_key: user, content, origin_server_ts: at }, me, bot) {
  if (content.membership !== 'invite') return null;
  if (sender === bot && user === me)
    return { id, kind: 'line', at, body: 'Roomkeeper invited you; this page accepted for you.' };
  return sender === me && user === bot ? { id, kind: 'line', at, body: 'You invited Roomkeeper.' } : null;
}

function messageOf(event, seenEdit, reactions, me) {
  const edit = seenEdit ?? event.unsigned?.['m.relations']?.['m.replace'];
  const content = event.redacted || !edit ? event.content : (edit.content?.['m.new_content'] ?? event.content);
  const own = event.sender === me;
  const isFile = FILES.includes(content.msgtype);
  return {
    id: event.event_id,
    sender: event.sender,
    kind: own ? 'own' : content.msgtype === 'm.notice' ? 'notice' : 'answer',
    body: text(content.body),
    html: content.format === 'org.matrix.custom.html' ? text(content.formatted_body) : '',
    file: isFile ? { name: text(content.filename) || text(content.body) || 'file', url: text(content.url) } : null,
    at: event.origin_server_ts,
    redacted: event.redacted === true || event.unsigned?.redacted_because !== undefined,
    reactions: [...(reactions?.values() ?? [])],
    streaming: false,
    seen: false,
    pending: null,
  };
}

/** While the bot types, its last answer behind our last message is the one that grows. */
function markStreaming(messages, room, bot) {
  if (!room.typing.includes(bot)) return;
  const last = messages.findLast(({ kind }) => kind === 'own' || kind === 'answer');
  if (last?.kind === 'answer') last.streaming = true;
}

/** Only our last message that the bot has read says so. */
function markSeen(messages, room, bot) {
  const upTo = room.events.findIndex(({ event_id }) => event_id === room.receipts.get(bot));
  if (upTo < 0) return;
  const read = new Set(room.events.slice(0, upTo + 1).map(({ event_id }) => event_id));
  const last = messages.findLast(({ kind, id }) => kind === 'own' && read.has(id));
  if (last !== undefined && last === messages.findLast(({ kind }) => kind === 'own')) last.seen = true;
}

function pendingMessage({ transaction, body, at, failed }) {
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
    pending: failed ? 'failed' : 'sending',
  };
}

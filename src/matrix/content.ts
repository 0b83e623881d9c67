/** The contents of the messages that the bot sends. */
import { oneLine } from '../basics/visible.ts';
import type { Outgoing, SentFile } from '../ports.ts';

/** Where a message of ours carries its content id, which outlives the homeserver's memory of transaction ids. */
export const ID_KEY = 'org.roomkeeper.id';
/** Where it carries the event that it answers. */
const ANSWERS_KEY = 'org.roomkeeper.answers';

/** As much as tells which answer is meant. */
const FALLBACK_CHARACTERS = 60;

/** The content of an `m.room.message`: a message of its own, or the edit that replaces an earlier one. */
export function messageContent(message: Outgoing): Record<string, unknown> {
  const plain = { ...textContent(message, ''), ...marks(message) };
  // What an edit replaces keeps its relation (Event replacements).
  if (message.replaces === null) return { ...plain, ...relationOf(message) };
  return {
    ...(message.isPassing ? beginningOf(message) : textContent(message, '* ')),
    ...marks(message),
    'm.new_content': plain,
    'm.relates_to': { rel_type: 'm.replace', event_id: message.replaces },
  };
}

/** In the thread of what it answers (Threading: with a fallback for clients that know none), or as a reply (Rich replies). */
function relationOf({ answers, relation }: Outgoing): Record<string, unknown> {
  if (answers === null || relation === undefined) return {};
  const { thread, isReply = false } = relation;
  const to = { 'm.in_reply_to': { event_id: answers } };
  if (thread === undefined) return isReply ? { 'm.relates_to': to } : {};
  return { 'm.relates_to': { rel_type: 'm.thread', event_id: thread, is_falling_back: !isReply, ...to } };
}

function textContent(message: Outgoing, prefix: string): Record<string, unknown> {
  const { content, mentions = [], file } = message;
  const whom = mentions.length === 0 ? {} : { user_ids: mentions };
  const what = file === undefined ? { msgtype: message.msgtype } : fileContent(file);
  const text = { ...what, body: prefix + content.body, 'm.mentions': whom };
  if (content.html === undefined) return text;
  return { ...text, format: 'org.matrix.custom.html', formatted_body: prefix + content.html };
}

/** What a message says of its file: a body other than `filename` is its caption (Media captions). */
function fileContent({ type, url, name, mime, bytes, ...shown }: SentFile): Record<string, unknown> {
  const info = {
    ...(mime !== null && { mimetype: mime }),
    size: bytes,
    ...(shown.width !== undefined && { w: shown.width }),
    ...(shown.height !== undefined && { h: shown.height }),
    ...(shown.durationMs !== undefined && { duration: shown.durationMs }),
  };
  return { msgtype: type === 'document' ? 'm.file' : `m.${type}`, filename: name, url, info };
}

/** What clients that know no edits show of one that the next edit replaces: they would say the whole again each time. */
function beginningOf({ msgtype, content }: Outgoing): Record<string, unknown> {
  return { msgtype, body: `* ${oneLine(content.body, FALLBACK_CHARACTERS)}…`, 'm.mentions': {} };
}

function marks({ transaction, answers }: Outgoing): Record<string, unknown> {
  return answers === null ? { [ID_KEY]: transaction } : { [ID_KEY]: transaction, [ANSWERS_KEY]: answers };
}

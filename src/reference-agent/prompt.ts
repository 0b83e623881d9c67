/** What a model is sent of a conversation: as much as its budget of tokens takes, the newest always. */
import { MOST_PICTURES, MOST_TEXT, readAttachments, readPictures, type Attachment } from './attachments.ts';
import { bytesOf, newestWithin, roughTokens, weightOf, type Said } from './memory.ts';
import type { Turn } from './run.ts';

/** One message as the provider takes it; parts only where there are pictures: not every model takes them. */
interface Message {
  role: 'system' | 'user' | 'assistant';
  content: string | Part[];
}

type Part = { type: 'text'; text: string } | { type: 'image_url'; image_url: { url: string } };

export interface Prompt {
  messages: Message[];
  /** The new message as it is to be remembered: with what its files say. */
  asked: Said;
  pictures: number;
  /** About so many. */
  tokens: number;
}

export interface PromptSetting {
  workspace: string;
  system: string;
  /** About how many tokens it may have. */
  tokens: number;
  /** Whether the model is shown pictures. */
  images: boolean;
}

export async function composePrompt(turn: Turn, { workspace, system, tokens, images }: PromptSetting): Promise<Prompt> {
  const room = tokens - roughTokens(system) - roughTokens(turn.text);
  const most = { text: Math.min(MOST_TEXT, Math.max(0, bytesOf(room))), pictures: images ? MOST_PICTURES : 0 };
  const files = await readAttachments(workspace, turn.attachments, most);
  const shown = files.flatMap((file) => (file.is === 'picture' ? [file.path] : []));
  const content = [turn.text, ...files.map(inWords)].filter((part) => part !== '').join('\n');
  const asked: Said = { role: 'user', content, ...(shown.length > 0 && { pictures: shown }) };
  const own = roughTokens(system) + weightOf(asked);
  const before = newestWithin(turn.history.slice(0, -1), tokens - own);
  const said = images ? await withPictures(workspace, [...before, asked]) : [...before, asked].map(plain);
  const pictures = said.filter(({ content }) => typeof content !== 'string').length;
  return {
    messages: [{ role: 'system', content: system }, ...alternating(said)],
    ...{ asked, pictures, tokens: before.reduce((sum, one) => sum + weightOf(one), own) },
  };
}

function plain({ role, content }: Said): Message {
  return { role, content };
}

/** The newest pictures first, as far as they fit; those that are gone by now are left out. */
async function withPictures(workspace: string, said: readonly Said[]): Promise<Message[]> {
  const messages: Message[] = [];
  let left = MOST_PICTURES;
  for (const { role, content, pictures = [] } of said.toReversed()) {
    const found = pictures.length === 0 ? [] : await readPictures(workspace, pictures, left);
    left -= found.reduce((sum, { bytes }) => sum + bytes, 0);
    const shown = found.map(({ url }) => ({ type: 'image_url' as const, image_url: { url } }));
    messages.push({ role, content: shown.length === 0 ? content : [{ type: 'text', text: content }, ...shown] });
  }
  return messages.reverse();
}

/** Two messages of one side in a row, as a stopped answer leaves them, are refused by the templates of many models. */
function alternating(messages: readonly Message[]): Message[] {
  const merged: Message[] = [];
  for (const message of messages) {
    const last = merged.at(-1);
    if (last?.role !== message.role) merged.push(message);
    else merged[merged.length - 1] = { role: last.role, content: joined(last.content, message.content) };
  }
  return merged;
}

function joined(one: Message['content'], other: Message['content']): Message['content'] {
  if (typeof one === 'string' && typeof other === 'string') return `${one}\n\n${other}`;
  return [...partsOf(one), ...partsOf(other)];
}

function partsOf(content: Message['content']): Part[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content;
}

function inWords(file: Attachment): string {
  const name = nameOf(file);
  switch (file.is) {
    case 'text':
      return `[attached file: ${name}]\n${file.text}\n[end of ${name}]`;
    case 'picture':
      return `[attached picture: ${name}]`;
    case 'too long':
      return `[attached file: ${name}, which is too long to be read here]`;
    case 'file':
      return `[attached file, whose content cannot be read here: ${name}]`;
  }
}

/** As its person called it: the folders on the way to it, and the time in an inbox, are no provider's business. */
function nameOf({ path }: Attachment): string {
  return path.replace(/^.*\//, '').replace(/^\d{8}-\d{6}-(?=.)/, '');
}

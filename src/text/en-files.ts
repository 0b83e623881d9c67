/** What is said of files, in English: those that a person sends, and those that an agent does. */
import type { FileFailure, FileTrouble, SendTrouble } from '../../machines/files.ts';
import { sized } from './en-phrases.ts';
import type { NoticeWords } from './notices.ts';
import { code, FAILURES_BYTES, FILES_BYTES, linesWithin } from './phrases.ts';

type Keys =
  | 'files wait'
  | 'your files'
  | 'no files wait'
  | 'file number is wrong'
  | 'all files are removed'
  | 'too many files wait'
  | 'file cannot be read'
  | 'files are kept'
  | 'files are gone'
  | 'files were not sent'
  | 'answer is cut off'
  | 'files are not taken'
  | 'agent sent a file';

export type FileWords = Pick<NoticeWords, Keys>;

type Files = Parameters<FileWords['files wait']>[0]['files'];

export const aboutFiles: FileWords = {
  'files wait': ({ files, failed, most }) =>
    [
      ...(files.length === 0
        ? []
        : [
            files.length === 1
              ? '1 file is waiting for your next message:'
              : `${files.length} files are waiting for your next message:`,
            numbered(files),
            files.length === 1
              ? `Write what to do with it, and it goes along. ${howToRemove(files)}`
              : `Write what to do with them, and they go along. ${howToRemove(files)}`,
          ]),
      ...notTaken(failed, most),
    ].join('\n\n') || 'Nothing is waiting here any more.',

  'your files': ({ files, removed }) => {
    const taken = removed === undefined ? '' : `Okay, I took ${code(removed)} out. `;
    if (files.length === 0) return `${taken}No files are waiting any more.`;
    const what = files.length === 1 ? 'This file goes' : `These ${files.length} files go`;
    return `${taken}${what} along with your next message:\n\n${numbered(files)}\n\n${howToRemove(files)}`;
  },

  'no files wait': ({ inLine = 0 }) => {
    if (inLine === 0) return 'No files are waiting here. If the agent should have one, just send it.';
    return inLine === 1
      ? 'Your file already goes along with a message that’s waiting to be answered.'
      : `Your ${inLine} files already go along with what’s waiting to be answered.`;
  },

  'file number is wrong': ({ count }) =>
    count === 1
      ? 'Only 1 file is waiting. Please write `!remove 1`, or `!list` to see it.'
      : `Please give a number from 1 to ${count}, like \`!remove 1\`. \`!list\` shows which is which.`,

  'all files are removed': ({ files }) =>
    files === 1
      ? 'Okay, I took the file out, so none is waiting any more.'
      : `Okay, I took all ${files} files out, so none is waiting any more.`,

  'too many files wait': ({ limit }) =>
    `I couldn’t take this file, because ${limit === 1 ? '1 is' : `${limit} are`} already waiting. ` +
    `Please send it again once ${limit === 1 ? 'that one has' : 'those have'} gone to the agent with a message.`,

  'file cannot be read': () =>
    'I can’t get at this file: it’s encrypted, or the message doesn’t say where the file is. ' +
    'Please send it without encryption.',

  'files are kept': ({ files, again }) => {
    const what = again === true ? '`!retry`, or with your next message' : 'your next message';
    return files === 1
      ? `Your file is waiting again. It goes along with ${what}.`
      : `Your ${files} files are waiting again. They go along with ${what}.`;
  },

  'files are gone': ({ names }) =>
    names.length === 1
      ? `The file ${names.map(code).join('')} is gone from the agent’s folder, so it can’t go along. If the agent still needs it, please send it again.`
      : `These files are gone from the agent’s folder, so they can’t go along:\n\n${listed(names.map(code))}\n\n` +
        'If the agent still needs them, please send them again.',

  'files were not sent': ({ files }) => {
    const lines = files.map(({ path, why }) => `${code(path)}: ${whyNotSent[why]}`);
    return lines.length === 1
      ? `The agent wanted to send you a file, but I couldn’t pass on ${lines.join('')}.`
      : `The agent wanted to send you files that I couldn’t pass on:\n\n${listed(lines)}\n\nYou can ask the agent to send them again.`;
  },

  'answer is cut off': ({ why }) =>
    `I couldn’t send the whole answer as a file: ${whyNotSent[why]}. You can ask for the rest in smaller pieces.`,

  'files are not taken': () =>
    'I didn’t take this file, because I couldn’t handle files at the time. Please send it again.',

  'agent sent a file': ({ path }) =>
    `The agent sent the file ${code(path)}, but I couldn’t bring files into this room at the time. Please ask for it again.`,
};

const whyNotTaken: Record<FileTrouble, string> = {
  'too big': 'it’s too big',
  gone: 'it’s no longer on the chat server',
  refused: 'the chat server doesn’t let me have it',
  unreachable: 'I can’t reach the chat server, so please send it again later',
  'disk full': 'there’s no space left for it',
  quota: 'the agent’s folder is full',
  'no workspace': 'the agent’s folder is missing, so please tell the people who run this service',
  'cannot write': 'I couldn’t write it into the agent’s folder, so please tell the people who run this service',
};

const whyNotSent: Record<SendTrouble, string> = {
  outside: 'it’s outside the agent’s folder',
  'too many': 'it and any files after it are too many for one answer',
  missing: 'it isn’t in the agent’s folder',
  empty: 'it’s empty',
  'too big': 'it’s too big',
  'no plain file': 'it’s not an ordinary file',
  changed: 'it changed while I was reading it',
  'cannot read': 'I couldn’t read it',
  refused: 'the chat server didn’t accept it',
  unreachable: 'I couldn’t reach the chat server',
};

function notTaken(failed: readonly FileFailure[], most?: number): string[] {
  const reason = (why: FileTrouble) =>
    why === 'too big' && most !== undefined ? `it’s too big, the limit is ${sized(most)}` : whyNotTaken[why];
  const lines = failed.map(({ name, why }) => `${code(name)}: ${reason(why)}`);
  const first =
    lines.length <= 1
      ? lines.map((line) => `I couldn’t take ${line}.`)
      : [`I couldn’t take these ${lines.length} files:`, listed(lines)];
  return failed.some(({ silences }) => silences === true)
    ? [...first, 'So I didn’t pass on what you wrote with it. `!retry` sends that without the file.']
    : first;
}

function numbered(files: Files): string {
  const lines = files.map(
    ({ name, bytes }, index) => `${index + 1}. ${code(name)}, ${bytes === null ? 'on its way' : sized(bytes)}`,
  );
  return linesWithin(FILES_BYTES, lines, (count) => `\nand ${count} more`).join('\n');
}

function howToRemove({ length }: Files): string {
  return length === 1 ? '`!remove 1` takes it out.' : '`!remove 1` takes the first one out, `!remove all` all of them.';
}

function listed(lines: string[]): string {
  return linesWithin(FAILURES_BYTES, lines, (count) => `and ${count} more`)
    .map((line) => `- ${line}`)
    .join('\n');
}

/** What is said of files, in Russian: those that a person sends, and those that an agent does. */
import type { FileFailure, FileTrouble, SendTrouble } from '../../machines/files.ts';
import type { FileWords } from './en-files.ts';
import { code, FAILURES_BYTES, FILES_BYTES, linesWithin } from './phrases.ts';
import { files as countedFiles, sized, verb } from './ru-phrases.ts';

type Files = Parameters<FileWords['files wait']>[0]['files'];

export const aboutFiles: FileWords = {
  'files wait': ({ files, failed, most }) =>
    [
      ...(files.length === 0
        ? []
        : [
            `Следующего сообщения ${verb(files.length, 'ждёт', 'ждут')} ${countedFiles(files.length)}:`,
            numbered(files),
            files.length === 1
              ? `Напиши, что с ним сделать, и он пойдёт вместе с сообщением. ${howToRemove(files)}`
              : `Напиши, что с ними сделать, и они пойдут вместе с сообщением. ${howToRemove(files)}`,
          ]),
      ...notTaken(failed, most),
    ].join('\n\n') || 'Здесь больше ничего не ждёт.',

  'your files': ({ files, removed }) => {
    const taken = removed === undefined ? '' : `Хорошо, ${code(removed)} я убрал. `;
    if (files.length === 0) return `${taken}Больше ни один файл не ждёт.`;
    const go = verb(files.length, 'пойдёт', 'пойдут');
    return `${taken}Вместе со следующим сообщением ${go} ${countedFiles(files.length)}:\n\n${numbered(files)}\n\n${howToRemove(files)}`;
  },

  'no files wait': ({ inLine = 0 }) => {
    if (inLine === 0) return 'Здесь не ждёт ни один файл. Если он нужен агенту, просто пришли его.';
    const go = verb(inLine, 'пойдёт', 'пойдут');
    return `Вместе с тем, что уже ждёт ответа, ${go} ${countedFiles(inLine)}. Больше ни один не ждёт.`;
  },

  'file number is wrong': ({ count }) =>
    count === 1
      ? 'Ждёт только 1\u00a0файл. Напиши `!remove 1` или посмотри на него: `!list`.'
      : `Напиши число от 1 до ${count}, например \`!remove 1\`. Какой где, покажет \`!list\`.`,

  'all files are removed': ({ files }) =>
    files === 1
      ? 'Хорошо, файл я убрал, больше ни один не ждёт.'
      : `Хорошо, я убрал ${countedFiles(files)}, больше ни один не ждёт.`,

  'too many files wait': ({ limit }) =>
    `Этот файл я не взял: уже ${verb(limit, 'ждёт', 'ждут')} ${countedFiles(limit)}. ` +
    `Пришли его ещё раз, когда ${limit === 1 ? 'тот уйдёт' : 'те уйдут'} агенту вместе с сообщением.`,

  'file cannot be read': () =>
    'Этот файл мне не достать: он зашифрован, или в сообщении не сказано, где он лежит. ' +
    'Пришли его, пожалуйста, без шифрования.',

  'files are kept': ({ files, again }) => {
    const what = again === true ? 'с `!retry` или со следующим сообщением' : 'со следующим сообщением';
    return files === 1
      ? `Твой файл снова ждёт. Он пойдёт вместе ${what}.`
      : `Снова ${verb(files, 'ждёт', 'ждут')} ${countedFiles(files)}. Всё пойдёт вместе ${what}.`;
  },

  'files are gone': ({ names }) =>
    names.length === 1
      ? `Файла ${names.map(code).join('')} в папке агента больше нет, и с сообщением он не пойдёт. Если он ещё нужен агенту, пришли его снова.`
      : `Этих файлов в папке агента больше нет, и с сообщением они не пойдут:\n\n${listed(names.map(code))}\n\n` +
        'Если они ещё нужны агенту, пришли их снова.',

  'files were not sent': ({ files }) => {
    const lines = files.map(({ path, why }) => `${code(path)}: ${whyNotSent[why]}`);
    return lines.length === 1
      ? `Агент хотел прислать тебе файл, но передать его не получилось. ${lines.join('')}.`
      : `Агент хотел прислать тебе файлы, которые не получилось передать:\n\n${listed(lines)}\n\nПопроси агента прислать их ещё раз.`;
  },

  'answer is cut off': ({ why }) =>
    `Весь ответ не удалось отправить файлом: ${whyNotSent[why]}. Остальное можно попросить по частям.`,

  'files are not taken': () =>
    'Этот файл я не взял: тогда я ещё не умел работать с файлами. Пришли его, пожалуйста, снова.',

  'agent sent a file': ({ path }) =>
    `Агент прислал файл ${code(path)}, но тогда я ещё не умел приносить файлы в комнату. Попроси прислать его снова.`,
};

const whyNotTaken: Record<FileTrouble, string> = {
  'too big': 'он слишком большой',
  gone: 'на сервере чатов его больше нет',
  refused: 'сервер чатов мне его не отдаёт',
  unreachable: 'сервер чатов не отвечает, пришли файл позже ещё раз',
  'disk full': 'для него не осталось места',
  quota: 'папка агента заполнена',
  'no workspace': 'папки агента нет, скажи об этом тем, кто ведёт этот сервис',
  'cannot write': 'не получилось записать его в папку агента, скажи об этом тем, кто ведёт этот сервис',
};

const whyNotSent: Record<SendTrouble, string> = {
  'too many': 'для одного ответа он и все следующие уже лишние',
  outside: 'он не в папке агента',
  missing: 'в папке агента его нет',
  empty: 'он пустой',
  'too big': 'он слишком большой',
  'no plain file': 'это не обычный файл',
  changed: 'он менялся, пока я его читал',
  'cannot read': 'не получилось его прочитать',
  refused: 'сервер чатов его не принял',
  unreachable: 'сервер чатов не отвечает',
};

function notTaken(failed: readonly FileFailure[], most?: number): string[] {
  const reason = (why: FileTrouble) =>
    why === 'too big' && most !== undefined ? `он слишком большой, можно до ${sized(most)}` : whyNotTaken[why];
  const lines = failed.map(({ name, why }) => `${code(name)}: ${reason(why)}`);
  const first =
    lines.length <= 1
      ? lines.map((line) => `Не получилось взять ${line}.`)
      : [`Не получилось взять ${countedFiles(lines.length)}:`, listed(lines)];
  return failed.some(({ silences }) => silences === true)
    ? [...first, 'Поэтому подпись к нему агенту не ушла. `!retry` отправит её без файла.']
    : first;
}

function numbered(files: Files): string {
  const lines = files.map(
    ({ name, bytes }, index) => `${index + 1}. ${code(name)}, ${bytes === null ? 'в пути' : sized(bytes)}`,
  );
  return linesWithin(FILES_BYTES, lines, (count) => `\nи ещё ${count}`).join('\n');
}

function howToRemove({ length }: Files): string {
  return length === 1 ? '`!remove 1` уберёт его.' : '`!remove 1` уберёт первый из них, `!remove all` уберёт все.';
}

function listed(lines: string[]): string {
  return linesWithin(FAILURES_BYTES, lines, (count) => `и ещё ${count}`)
    .map((line) => `- ${line}`)
    .join('\n');
}

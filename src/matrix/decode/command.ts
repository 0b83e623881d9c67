/** Commands as people write them: `!stop`, and in any usual dress `！Stop`, `!stop.`, `` `!stop` ``, `**!stop**`. */
import { commandCalled, type CommandName } from '../../../machines/commands.ts';
import { trimInvisible } from '../../basics/visible.ts';

export type Written =
  | { kind: 'command'; name: CommandName; /** All that stands behind it. */ args: string }
  | { kind: 'unknown command'; name: string }
  /** For operators alone: to all others it is no command. */
  | { kind: 'operators'; words: string };

const IGNORABLE = /\p{Default_Ignorable_Code_Point}/gu;
const OPENING = '`*_~"\'“”„‘‚«»(\\[';
const CLOSING: Readonly<Record<string, string>> = {
  '“': '”',
  '„': '“',
  '‘': '’',
  '‚': '‘',
  '«': '»',
  '(': ')',
  '[': ']',
};
/** Signs around it, exclamation marks, a name, and whatever ends a sentence or what was opened. */
const DRESSED = new RegExp(
  `^([${OPENING}]*)(!{1,3})(\\p{L}[\\p{L}\\d-]*)([.,!?;:…。、·\`*_~"'“”‘’«»)\\]\\p{So}\\p{Sk}]*)$`,
  'u',
);
const CODE_BLOCK = /^```\w*\r?\n([^]*)\n```$/;
const PLAIN = /^!([\p{L}?][\p{L}\d_-]*)$/u;

/** What operators begin with. */
const OPERATORS = 'ops';
/** The most that is read behind it, in characters: a room id and an event id have room in it. */
const MAX_WORDS = 1000;

function firstOf(words: string): string {
  return trimInvisible(words.slice(0, MAX_WORDS).toWellFormed());
}

function called(name: string, args: string): Written | null {
  if (name === OPERATORS) return { kind: 'operators', words: firstOf(args) };
  const known = commandCalled(name);
  return known === undefined ? null : { kind: 'command', name: known.name, args };
}

/** Null when the text is no command. */
export function commandIn(body: string): Written | null {
  const shown = trimInvisible(body);
  const text = trimInvisible(CODE_BLOCK.exec(shown)?.[1] ?? shown);
  const [head = ''] = /^\S+/u.exec(text) ?? [];
  const rest = text.slice(head.length).toWellFormed();
  // A name stands on the line of its command: what begins below is no name.
  const behind = `${/^[^\S\r\n]*[\r\n]/.test(rest) ? '\n' : ''}${trimInvisible(rest)}`;
  // What looks like a command is one: fullwidth letters and signs are meant as the plain ones.
  const word = head.replace(IGNORABLE, '').normalize('NFKC');
  const plain = PLAIN.exec(word)?.[1]?.toLowerCase();
  const known = plain === undefined ? null : called(plain, behind);
  if (known !== null) return known;
  const [, opening = '', , name = '', ending = ''] = DRESSED.exec(word) ?? [];
  const dressed = called(name.toLowerCase(), ending === '' ? undressed(behind, opening) : behind);
  if (dressed !== null) return dressed;
  return plain === undefined ? null : { kind: 'unknown command', name: plain };
}

/** Without the signs that end what was opened in front of the command. */
function undressed(args: string, opening: string): string {
  const closing = [...opening]
    .map((sign) => CLOSING[sign] ?? sign)
    .toReversed()
    .join('');
  return args.endsWith(closing) ? trimInvisible(args.slice(0, args.length - closing.length)) : args;
}

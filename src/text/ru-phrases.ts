/** What stands in many sentences, in Russian. */
import { sizeOf, type Amount, type Size } from './amount.ts';
import { plural } from './plural.ts';
import { roomLinks } from './phrases.ts';

const rules = new Intl.PluralRules('ru');

/** `1 чат`, `2 чата`, `5 чатов`: the number and the word stay on one line. */
export function counted(count: number, one: string, few: string, many: string): string {
  return `${count}\u00a0${plural(rules, count, { one, few, many, other: few })}`;
}

type Declined = Record<Amount['unit'], readonly [one: string, few: string, many: string]>;

const alone: Declined = {
  second: ['секунда', 'секунды', 'секунд'],
  minute: ['минута', 'минуты', 'минут'],
  hour: ['час', 'часа', 'часов'],
  day: ['день', 'дня', 'дней'],
};
const after: Declined = {
  ...alone,
  second: ['секунду', 'секунды', 'секунд'],
  minute: ['минуту', 'минуты', 'минут'],
};

/** `1 минута`: by itself. */
export function amountAlone({ count, unit }: Amount): string {
  return counted(count, ...alone[unit]);
}

/** `1 минуту`: how long, or as it stands after «через» and before «назад». */
export function amountAfter({ count, unit }: Amount): string {
  return counted(count, ...after[unit]);
}

export function files(count: number): string {
  return counted(count, 'файл', 'файла', 'файлов');
}

/** The verb that stands with a number of things. */
export function verb(count: number, one: string, several: string): string {
  return plural(rules, count, { one, other: several });
}

/** Beside other things that are told. */
export function filesWait(count: number): string {
  const it = count === 1 ? 'какой' : 'какие';
  return `Следующего сообщения ${verb(count, 'ждёт', 'ждут')} ${files(count)}: ${it}, покажет \`!list\`.`;
}

const abbreviations: Record<Exclude<Size['unit'], 'byte'>, string> = { kilobyte: 'КБ', megabyte: 'МБ', gigabyte: 'ГБ' };

/** `1 байт`, `12 КБ`, `1,4 МБ`. */
export function sized(bytes: number): string {
  const { count, unit } = sizeOf(bytes);
  if (unit === 'byte') return counted(count, 'байт', 'байта', 'байт');
  return `${String(count).replace('.', ',')}\u00a0${abbreviations[unit]}`;
}

export function messages(count: number): string {
  return counted(count, 'сообщение', 'сообщения', 'сообщений');
}

/** What stands for one thing, or for several. */
export function them(count: number): string {
  return count === 1 ? 'его' : 'их';
}

export const roomLink = roomLinks('открыть');

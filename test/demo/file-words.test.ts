import { expect, test } from 'vitest';
import { sized as asTheBotSays } from '../../src/text/en-phrases.ts';

interface Words {
  kindOf(type: string): string;
  typeOf(written: string): string;
  plainName(name: string): string;
  shortName(name: string): string;
  sized(bytes: number): string;
}

/** The page is checked as a program of browsers. */
const load = async <T>(file: string) =>
  (await import(new URL(`../../src/demo/page/${file}`, import.meta.url).href)) as T;
const { kindOf, typeOf, plainName, shortName, sized } = await load<Words>('file-words.js');
const { fileOf } = await load<{ fileOf: (content: Record<string, unknown>) => unknown }>('file-of.js');

test.each([
  ['image/png', 'picture'],
  ['image/svg+xml', 'file'],
  ['image/tiff', 'file'],
  ['audio/ogg', 'sound'],
  ['video/mp4', 'film'],
  ['text/html', 'file'],
  ['audio/ogg\nimage/png', 'file'],
  ['', 'file'],
])('a file of the type %j is shown as a %s', (type, kind) => {
  expect(kindOf(type)).toBe(kind);
});

test('a type is what stands before its parameters', () => {
  expect([' Audio/OGG ; codecs=opus', 'image/png', ';'].map(typeOf)).toEqual(['audio/ogg', 'image/png', '']);
});

test.each([
  ['photo.png', 'photo.png'],
  ['photo\u202egnp.exe', 'photognp.exe'],
  ['\u2066a\u2069\u200f.txt', 'a.txt'],
  ['two\r\nlines\u2028.txt', 'two lines .txt'],
  ['фото 1.jpg', 'фото 1.jpg'],
  ['👩‍👩‍👧.png', '👩‍👩‍👧.png'],
  ['\ud800.txt', '\ufffd.txt'],
  ['\u202e', 'file'],
])('the name %j is shown as %j', (name, shown) => {
  expect(plainName(name)).toBe(shown);
});

test('of a long name the beginning and the end are shown', () => {
  expect(shortName(`${'x'.repeat(53)}.png`)).toBe(`${'x'.repeat(53)}.png`);
  expect(shortName(`${'é'.repeat(251)}.png`)).toBe(`${'é'.repeat(40)}…${'é'.repeat(12)}.png`);
  expect(Array.from(shortName('🦊'.repeat(100)))).toHaveLength(57);
});

test('sizes are said as the bot says them', () => {
  const sizes = [
    0, 1, 2, 999, 1000, 1049, 1050, 9_949, 9_950, 99_499, 999_499, 999_500, 1_234_567, 104_857_600, 5e9, 2e12,
  ];
  expect(sizes.map(sized)).toEqual(sizes.map(asTheBotSays));
});

test.each<[string, Record<string, unknown>, unknown]>([
  ['a text', { msgtype: 'm.text', body: 'hello' }, null],
  ['a kind that is a word of the language', { msgtype: 'constructor', body: 'x' }, null],
  [
    'a picture with a caption',
    {
      ...{ msgtype: 'm.image', body: 'Look!', filename: 'a.png', url: 'mxc://a/b' },
      info: { mimetype: 'image/png', size: 5, w: 4, h: 3 },
    },
    {
      ...{ name: 'a.png', url: 'mxc://a/b', kind: 'picture', bytes: 5, shape: { width: 4, height: 3 } },
      hasCaption: true,
    },
  ],
  [
    'a sound that does not say what it is',
    { msgtype: 'm.audio', body: 'a.ogg', url: 'mxc://a/b' },
    { ...{ name: 'a.ogg', url: 'mxc://a/b', kind: 'sound', bytes: null, shape: null }, hasCaption: false },
  ],
  [
    'a picture that is a program',
    { msgtype: 'm.image', body: 'a.svg', filename: 'a.svg', url: 'mxc://a/b', info: { mimetype: 'image/svg+xml' } },
    { ...{ name: 'a.svg', url: 'mxc://a/b', kind: 'file', bytes: null, shape: null }, hasCaption: false },
  ],
  [
    'nonsense',
    { msgtype: 'm.video', body: 5, filename: {}, url: null, info: { size: -1, w: '4', h: NaN, mimetype: [] } },
    { ...{ name: 'file', url: '', kind: 'film', bytes: null, shape: null }, hasCaption: false },
  ],
  [
    'no info at all',
    { msgtype: 'm.file', body: '', filename: 'a', url: 'mxc://a/b', info: null },
    { ...{ name: 'a', url: 'mxc://a/b', kind: 'file', bytes: null, shape: null }, hasCaption: false },
  ],
])('what a message says of its file: %s', (_, content, file) => {
  expect(fileOf(content)).toEqual(file);
});

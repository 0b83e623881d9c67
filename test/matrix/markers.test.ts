import { expect, test } from 'vitest';
import { MatrixFailure } from '../../src/matrix/errors.ts';
import { named, noMarker, refused, useRoomWork } from './room-work.ts';
import { limited, me, room, type Reply } from './support.ts';

const stage = useRoomWork();
const marker = named(null);
const newer: Reply = { json: { ...marker, version: 2, kind: 'something that is not known yet' } };
const leftAlone = 'The marker of the room was written by a newer Roomkeeper: the room is left alone';

test.each<[string, Reply]>([
  ['nothing', noMarker],
  ['something else', { json: { version: 'none' } }],
  ['an older one', { json: { version: 0 } }],
  ['what may not be read', refused(403, 'M_FORBIDDEN')],
])('%s is no marker', async (_, reply) => {
  await stage.start(() => reply);
  expect(await stage.work.readMarker(room('a'))).toBeNull();
});

test('a language that only a newer version knows is as none', async () => {
  await stage.start(() => ({ json: { ...marker, language: 'tlh' } }));
  expect(await stage.work.readMarker(room('a'))).toEqual(marker);
});

test('a marker is tried until it is read', async () => {
  stage.clock.auto = true;
  const replies: Reply[] = ['drop', 'drop', { status: 500, json: { errcode: 'M_UNKNOWN', error: 'Oh' } }];
  await stage.start((_, index) => replies[index] ?? { json: marker });
  expect(await stage.work.readMarker(room('a'))).toEqual(marker);
  expect(stage.calls().at(-1)).toBe(`GET /user/${me}/rooms/!a:test/account_data/org.roomkeeper.room`);
});

test.each<[string, Reply]>([
  ['hangs', 'hang'],
  ['is not to be had', { status: 502, text: '<html>' }],
  ['is limited', limited({ 'Retry-After': '3600' })],
])('a marker that %s is given up in time', async (_, reply) => {
  await stage.start(() => reply);
  const outcome = stage.work.readMarker(room('a')).catch((error: unknown) => error);
  await (reply === 'hang' ? stage.server.arrived(1) : stage.clock.waited(1));
  stage.late.abort();
  expect(await outcome).toEqual(
    new MatrixFailure({
      kind: 'unavailable',
      status: null,
      code: 'ETIMEDOUT',
      detail: 'The marker of the room could not be read within 10 s',
    }),
  );
});

test('a marker of a newer version is neither read nor replaced', async () => {
  await stage.start(({ method }) => (method === 'GET' ? newer : { json: {} }));
  const failure = new MatrixFailure({ kind: 'refused', status: null, code: 'NEWER_MARKER', detail: leftAlone });
  await expect(stage.work.readMarker(room('a'))).rejects.toEqual(failure);
  expect(await stage.work.writeMarker(room('a'), marker)).toEqual({
    ok: false,
    code: 'NEWER_MARKER',
    detail: leftAlone,
  });
  expect(stage.server.seen.map(({ method }) => method)).toEqual(['GET', 'GET']);
});

test('what a marker replaces is looked at once in each room', async () => {
  await stage.start(({ method }) => (method === 'GET' ? noMarker : { json: {} }));
  for (const name of ['a', 'a', 'b']) await stage.work.writeMarker(room(name), marker);
  await stage.work.readMarker(room('c'));
  await stage.work.writeMarker(room('c'), marker);
  expect(stage.server.seen.map(({ method }) => method)).toEqual(['GET', 'PUT', 'PUT', 'GET', 'PUT', 'GET', 'PUT']);
});

test('what is no marker is kept before one replaces it, and what is empty is nothing', async () => {
  await stage.start(({ method, path }) => {
    if (method === 'PUT') return { json: {} };
    return { json: path.includes('a%3Atest') ? { version: 1, kind: 'chat', person: 'nobody' } : {} };
  });
  for (const name of ['a', 'b']) await stage.work.writeMarker(room(name), marker);
  expect(stage.kept).toEqual([[room('a'), { version: 1, kind: 'chat', person: 'nobody' }]]);
  expect(stage.server.seen.map(({ method }) => method)).toEqual(['GET', 'PUT', 'GET', 'PUT']);
});

test('what is no marker and cannot be kept is not replaced until it can', async () => {
  stage.clock.auto = true;
  await stage.start(({ method }) => (method === 'PUT' ? { json: {} } : { json: { version: 'none' } }));
  stage.refuseToKeep = 1;
  expect(await stage.work.writeMarker(room('a'), marker)).toEqual({ ok: true });
  expect(stage.kept).toEqual([[room('a'), { version: 'none' }]]);
  expect(stage.server.seen.map(({ method }) => method)).toEqual(['GET', 'GET', 'PUT']);
});

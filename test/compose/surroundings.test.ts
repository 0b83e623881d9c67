import { expect, test } from 'vitest';
import { isShared } from '../../src/compose/surroundings.ts';
import { Closed, MatrixFailure } from '../../src/matrix/errors.ts';
import { StoreFailure } from '../../src/store/errors.ts';

const failure = (kind: MatrixFailure['kind']) => new MatrixFailure({ kind, status: null, code: 'ANY', detail: 'any' });

test.each([
  ['a homeserver that cannot be reached', failure('unavailable'), true],
  ['a login that is no longer good', failure('unauthorised'), true],
  ['a homeserver that wants fewer requests', failure('limited'), true],
  ['a refusal', failure('refused'), false],
  ['a disk that is full', new StoreFailure('write', 'state.db', Object.assign(new Error(), { code: 'ENOSPC' })), true],
  ['the end of the service', new Closed(), true],
  ['a fault of ours', new TypeError('planted'), false],
])('of what all share, not of the actor: %s', (_, error, shared) => {
  expect(isShared(error)).toBe(shared);
});

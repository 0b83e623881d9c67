import { jsonOf } from './json.js';
import { memory } from './memory.js';

/** @import { Session } from '../wire.ts' */

/** The demo answers, but lets nobody in; the message is its own sentence. */
export class Refused extends Error {}

/** The login of this browser, a new one where it has none. */
export async function logIn() {
  const response = await fetch('/demo/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ accessToken: memory.read('token') }),
  });
  if (!response.ok) throw new Refused(await response.text());
  const session = /** @type {Session} */ (await jsonOf(response));
  memory.write('token', session.accessToken);
  return session;
}

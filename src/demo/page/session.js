import { memory } from './memory.js';

/** The login of this browser, a new one where it has none: `{ userId, accessToken, bot, commands }`. */
export async function logIn() {
  const response = await fetch('/demo/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ accessToken: memory.read('token') }),
  });
  if (!response.ok) throw new Error('The demo did not let this page in.');
  const session = await response.json();
  memory.write('token', session.accessToken);
  return session;
}

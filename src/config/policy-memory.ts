/** The parts `context` and `clear` of the policy: whose memory an agent has, and how it is emptied. */
import { z } from 'zod';
import { about } from './about.ts';

export const Context = z.strictObject({
  scope: z
    .enum(['room', 'person'])
    .default('room')
    .register(about, {
      purpose:
        '{}. One memory of a person is for all that they write, under the id 0 until they clear it: it needs "mode: dm" and people ' +
        'who share no agent ("unmapped: deny", an agent for each); an agent is then never given to another person',
      choices: {
        room: 'every room has a memory of its own',
        person: 'only where every person has an agent of their own',
      },
      words: {
        room: 'one for every room; !clear begins a new one',
        person: 'one for every person, in all of their rooms; !clear begins a new one in all of them',
      },
    }),
});

export const Clear = z.strictObject({
  confirm: z
    .boolean()
    .default(false)
    .register(about, {
      purpose: 'whether !clear asks first: yes, no, or save before it',
      hint: 'true or false',
      words: { true: '!clear asks first: yes, no, or save before it', false: '!clear is done at once' },
    }),
});

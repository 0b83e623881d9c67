import { inject } from 'vitest';
import { registerUser } from '../support/synapse/register.ts';
import { describeManyRooms } from './many-rooms.contract.ts';

const start = async () => {
  const synapse = inject('synapse');
  return {
    ...synapse,
    register: (localpart: string, password: string) => registerUser(synapse, localpart, password),
    stop: () => undefined,
  };
};

// Making the rooms takes nearly all of the time.
describeManyRooms('Synapse', start, { people: 10, chatsPerPerson: 100, timeoutMs: 240_000 });

import { inject } from 'vitest';
import { registerUser } from '../support/synapse/register.ts';
import { describeOldRooms } from './old-rooms.contract.ts';

describeOldRooms('Synapse', async () => {
  const synapse = inject('synapse');
  return {
    ...synapse,
    register: (localpart, password) => registerUser(synapse, localpart, password),
    stop: () => undefined,
  };
});

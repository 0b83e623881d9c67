import { inject } from 'vitest';
import { registerUser } from '../support/synapse/register.ts';
import { describeStrangeRooms } from './strange-rooms.contract.ts';

const start = async () => {
  const synapse = inject('synapse');
  return {
    ...synapse,
    register: (localpart: string, password: string) => registerUser(synapse, localpart, password),
    stop: () => undefined,
  };
};

describeStrangeRooms('Synapse', start, 240_000);

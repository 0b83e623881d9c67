import { inject } from 'vitest';
import { registerUser } from '../support/synapse/register.ts';
import { describeElementEyes } from './element-eyes.contract.ts';

const start = async () => {
  const synapse = inject('synapse');
  return {
    ...synapse,
    register: (localpart: string, password: string) => registerUser(synapse, localpart, password),
    stop: () => undefined,
  };
};

describeElementEyes('Synapse', start);

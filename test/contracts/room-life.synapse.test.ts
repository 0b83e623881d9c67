import { startSynapse } from '../support/synapse/synapse.ts';
import { describeRoomLife } from './room-life.contract.ts';

describeRoomLife('Synapse with room version 11', '11', ['there'], () =>
  startSynapse({ limits: 'off', roomVersion: '11' }),
);

describeRoomLife('Synapse with room version 12', '12', ['away'], () =>
  startSynapse({ limits: 'off', roomVersion: '12' }),
);

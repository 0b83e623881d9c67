import { startSynapse } from '../support/synapse/synapse.ts';
import { describeRoomWork } from './room-work.contract.ts';

for (const roomVersion of ['11', '12'] as const) {
  describeRoomWork(`Synapse with room version ${roomVersion}`, roomVersion, () =>
    startSynapse({ limits: 'off', roomVersion }),
  );
}

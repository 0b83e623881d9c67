import { sharedSynapse } from '../support/synapse/shared.ts';
import { describeOps } from './ops.contract.ts';

describeOps('Synapse', sharedSynapse);

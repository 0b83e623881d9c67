import { startEmbedded } from './embedded.ts';
import { describeOps } from './ops.contract.ts';

describeOps('the embedded homeserver', () => startEmbedded());

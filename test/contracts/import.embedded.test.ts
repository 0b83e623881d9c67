import { startEmbedded } from './embedded.ts';
import { describeImport } from './import.contract.ts';

describeImport('the embedded homeserver', startEmbedded);

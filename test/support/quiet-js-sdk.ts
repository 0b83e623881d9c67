/** Import it before matrix-js-sdk, which it silences: its parts take their log functions from this logger when they load. */
import { logger } from 'matrix-js-sdk/lib/logger.js';

const loglevel = logger as unknown as { methodFactory: () => () => void; rebuild(): void };
loglevel.methodFactory = () => () => undefined;
loglevel.rebuild();

import { logger } from 'matrix-js-sdk/lib/logger.js';

/**
 * Silences matrix-js-sdk, whose parts take their log functions from this logger when they load: import it before them.
 */
const loglevel = logger as unknown as { methodFactory: () => () => void; rebuild(): void };
loglevel.methodFactory = () => () => undefined;
loglevel.rebuild();

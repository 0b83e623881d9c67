/** The embedded homeserver, for tests and the demo: a Matrix homeserver in this process, in memory; files are in a temporary folder. */
export { startHomeserver, type Homeserver, type HomeserverOptions } from './server.ts';
export { synapseLimits } from './limits.ts';
export { MAX_UPLOAD } from './media.ts';

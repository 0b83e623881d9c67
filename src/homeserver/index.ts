export { startHomeserver, type Homeserver, type HomeserverOptions } from './server.ts';
export { synapseLimits } from './limits.ts';

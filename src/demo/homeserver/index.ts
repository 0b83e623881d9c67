export { startHomeserver, type Homeserver, type HomeserverOptions } from './server.ts';
export type { Fault, FaultAnswer, FaultRequest, Faults } from './faults.ts';
export { synapseLimits, type Rate, type RateLimits } from './limits.ts';

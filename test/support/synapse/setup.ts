/** Run by Vitest before project `synapse`: the Synapse that its tests share, as `inject('synapse')`. */
import type { TestProject } from 'vitest/node';
import { startSynapse } from './synapse.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The Synapse that all test files share; its limits are off. */
    synapse: { url: string; serverName: string; registrationSecret: string };
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const synapse = await startSynapse({ limits: 'off' });
  const { url, serverName, registrationSecret } = synapse;
  project.provide('synapse', { url, serverName, registrationSecret });
  return () => synapse.stop();
}

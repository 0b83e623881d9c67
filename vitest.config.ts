import path from 'node:path';
import { defineConfig } from 'vitest/config';

// Every process that a test starts loads the whole service: half of its time is compiling.
process.env['NODE_COMPILE_CACHE'] ??= path.join(import.meta.dirname, '.cache/compiled');

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.synapse.test.ts', '**/node_modules/**'],
          testTimeout: 40_000,
          maxWorkers: 2,
          isolate: false,
        },
      },
      {
        test: {
          name: 'synapse',
          include: ['test/**/*.synapse.test.ts'],
          exclude: ['**/node_modules/**'],
          globalSetup: ['test/support/synapse/setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});

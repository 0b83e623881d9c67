import path from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// Every process that a test starts loads the whole service: half of its time is compiling.
process.env['NODE_COMPILE_CACHE'] ??= path.join(import.meta.dirname, '.cache/compiled');

/** What takes long comes first, also where no run before has measured it: its files are often the smallest. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) =>
      /test\/(contracts|demo|actors\/path-cover|main|reset)/.test(moduleId);
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongFirst },
    projects: [
      {
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.{synapse,container}.test.ts', '**/node_modules/**'],
          testTimeout: 40_000,
          // One more than the two cores of CI: many tests wait for what others do.
          maxWorkers: 3,
          // No file changes what others import; a process of its own for each would take a third of the time.
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
      {
        test: {
          name: 'container',
          include: ['test/**/*.container.test.ts'],
          exclude: ['**/node_modules/**'],
          globalSetup: ['test/support/synapse/setup.ts'],
        },
      },
    ],
  },
});

import { defineConfig } from 'vitest/config';

/** Real sound and whole systems: a second test file beside them would cost them the processor time that they measure by. */
const ALONE = ['tests/integration/edge-agent/audio/**/*.test.ts', 'tests/journeys/**/*.test.ts', 'tests/console/**/*.test.ts'];

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'parts',
          include: ['tests/**/*.test.ts'],
          exclude: ALONE,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          include: ALONE,
          globalSetup: ['tests/support/build-once.ts'],
          maxWorkers: 1,
          fileParallelism: false,
          // A machine that is held up for a second can cost a browser or a sound card its moment; what is broken fails twice.
          retry: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});

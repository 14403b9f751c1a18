import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Two cores: audio and child processes share them, so more files at once only make deadlines tight.
    maxWorkers: 2,
    reporters: ['default'],
  },
});

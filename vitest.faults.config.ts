import { defineConfig } from 'vitest/config'

/** The slow lane: real servers that are killed, stopped, starved of disk and kept waiting. */
export default defineConfig({
  test: {
    include: ['test/faults/**/*.test.ts'],
    testTimeout: 480_000,
    hookTimeout: 60_000,
    // More than there may be processors: some of them mostly wait.
    maxWorkers: 3,
  },
})

import { defineConfig } from 'vitest/config'
import base from './vitest.config.js'

/** Clients that mean harm: input of every kind, by the hundred thousand, and connections by the ten thousand. */
export default defineConfig({
  ...base,
  test: {
    include: ['test/hostile/**/*.test.ts'],
    testTimeout: 420_000,
    hookTimeout: 60_000,
    // The load comes from the tests: two at a time would only measure each other.
    maxWorkers: 1,
  },
})

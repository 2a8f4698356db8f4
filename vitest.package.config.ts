import { defineConfig } from 'vitest/config'
import base from './vitest.config.js'

/** The slow lane of what people begin with: the package, the steps of the container, the demo. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    include: ['test/package/**/*.test.ts'],
    exclude: [],
    testTimeout: 300_000,
    hookTimeout: 900_000,
    maxWorkers: 1,
  },
})

import { defineConfig } from 'vitest/config'
import base from './vitest.config.js'

/** The slow lane of the command line: each test starts a process or several. */
export default defineConfig({
  ...base,
  test: { ...base.test, include: ['test/cli/**/*.test.ts'], exclude: [] },
})

import { defineConfig, mergeConfig } from 'vitest/config'
import config from './vitest.config.js'

/** The console in a real browser: Chromium at CHROMIUM, or where Debian puts it. */
export default mergeConfig(
  { ...config, test: { ...config.test, include: [], exclude: [] } },
  defineConfig({ test: { include: ['test/browser/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 } }),
)

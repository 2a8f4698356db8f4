import { defineConfig } from 'vitest/config'
import base from './vitest.config.js'

/** The tests that touch a database once more, on PostgreSQL, and those of several nodes. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    env: { TEST_ENGINE: 'postgres' },
    globalSetup: ['test/support/postgres-setup.ts'],
    exclude: [
      // What is under test has no database, or is SQLite itself.
      'test/{browser,console,contract,docs,embedding,faults,hostile,metrics,ops,package,recall}/**',
      'test/storage/{sqlite,sqlite-write-*,query-plan,catalogue}.test.ts',
      'test/concurrency/dead-thread.test.ts',
      'test/cli/completion.test.ts',
    ],
  },
})

import {defineConfig} from 'vitest/config'

/** One experiment after the other: each has the machine to itself, as far as its figures are concerned. */
export default defineConfig({
  test: {
    include: ['test/faults/*.fault.ts'],
    testTimeout: 400_000,
    hookTimeout: 120_000,
    pool: 'forks',
    fileParallelism: false,
    reporters: ['verbose'],
  },
})

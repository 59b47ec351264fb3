/** How many seeds a run tries. */
export function seedCount(usual: number): number {
  return Number(process.env.TRIPLINE_TEST_SEEDS ?? usual)
}

/** Seeds from 1 in blocks, or the one that TRIPLINE_TEST_SEED names. */
export function seedBlocks(usual: number, blockSize: number): readonly (readonly number[])[] {
  const only = process.env.TRIPLINE_TEST_SEED
  if (only !== undefined) return [[Number(only)]]
  const seeds = Array.from({length: seedCount(usual)}, (_, index) => index + 1)
  return Array.from({length: Math.ceil(seeds.length / blockSize)}, (_, block) =>
    seeds.slice(block * blockSize, (block + 1) * blockSize),
  )
}

/** Runs a check for each seed; one that fails says how to run it alone. */
export async function forEachSeed(
  seeds: readonly number[],
  file: string,
  check: (seed: number) => Promise<void>,
): Promise<void> {
  for (const seed of seeds) {
    try {
      await check(seed)
    } catch (error) {
      if (error instanceof Error) {
        error.message = `seed ${seed} (TRIPLINE_TEST_SEED=${seed} npx vitest run ${file}): ${error.message}`
      }
      throw error
    }
  }
}

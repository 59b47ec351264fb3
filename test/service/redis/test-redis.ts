import {randomUUID} from 'node:crypto'
import {Redis} from 'ioredis'
import {afterAll, describe} from 'vitest'

/** A Redis that tests may write to: every test keeps to a namespace of its own. */
export const REDIS_URL = process.env['TRIPLINE_TEST_REDIS']

/** The tests of a suite that needs Redis; without one it is skipped, and says why. */
export function describeOnRedis(name: string, tests: (url: string) => void): void {
  if (REDIS_URL === undefined) {
    process.stderr.write(`skipped: ${name}: set TRIPLINE_TEST_REDIS, such as redis://127.0.0.1:6379\n`)
    describe.skip(`${name} (TRIPLINE_TEST_REDIS is not set)`, () => tests(''))
    return
  }
  const url = REDIS_URL
  describe(name, () => {
    afterAll(() => removeNamespaces(url))
    tests(url)
  })
}

/** Of this process and suite. */
const RUN = `test-${randomUUID()}`
let namespaces = 0

export function freshNamespace(): string {
  namespaces++
  return `${RUN}-${namespaces}`
}

async function removeNamespaces(url: string): Promise<void> {
  const client = new Redis(url)
  for await (const keys of client.scanStream({match: `${RUN}-*`, count: 1_000}))
    if ((keys as string[]).length > 0) await client.unlink(keys as string[])
  client.disconnect()
}

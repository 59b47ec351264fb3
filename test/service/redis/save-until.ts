import {setTimeout as sleep} from 'node:timers/promises'
import type {RedisProcess} from './redis-process.js'

/** Saves until the last saving ended so. */
export async function saveUntil(server: RedisProcess, status: 'ok' | 'err'): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    await server.ask((client) => client.bgsave()).catch(() => undefined)
    await sleep(50)
    const info = await server.ask((client) => client.info('persistence'))
    if (info.includes(`rdb_last_bgsave_status:${status}`)) return
  }
  throw new Error(`saving never ended with ${status}`)
}

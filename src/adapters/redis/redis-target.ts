import type {ConnectionOptions} from 'node:tls'
import type {Durability} from './durability.js'

/** Where Redis is and how to speak to it. */
export interface RedisTarget {
  /** `redis://[user@]host[:port][/db]`, or `rediss:` for TLS; of a cluster one or more of its servers. */
  readonly urls: readonly string[]
  readonly isCluster: boolean
  readonly password?: string | undefined
  readonly tls?: ConnectionOptions | undefined
  /** What commits will wait for: checked against what the servers can do. */
  readonly durability: Durability
}

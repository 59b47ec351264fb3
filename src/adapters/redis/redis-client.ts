import type {Cluster, Redis} from 'ioredis'

/** One server, or a cluster of them. */
export type RedisClient = Redis | Cluster

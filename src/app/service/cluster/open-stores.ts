import {RedisStateStore} from '../../../adapters/redis/state-store.js'
import type {Clock} from '../../../engine/port/clock.js'
import {KeptBundles} from '../../bundle/kept-bundles.js'
import type {LoadedBundle} from '../../bundle/load-bundle.js'
import type {ClusterConnections, ClusterTarget} from './cluster-connections.js'
import {type Installation, openInstallation} from './installation.js'

/** What stands behind a worker, all connected. */
export interface OpenedInstallation extends ClusterConnections {
  readonly store: RedisStateStore
  readonly bundles: KeptBundles
  readonly installation: Installation
}

interface StoresToOpen extends ClusterTarget {
  readonly folder: LoadedBundle | undefined
  readonly clock: Clock
}

/** Opens the stores of an installation, `latest` being what was activated last, as far as is known before the log is read. */
export async function openStores(
  options: StoresToOpen,
  connected: ClusterConnections,
): Promise<OpenedInstallation & {readonly latest: LoadedBundle}> {
  const {redis, keyspace, bundleStore} = connected
  const installation = await openInstallation(options, connected, options.clock)
  const bundles = new KeptBundles(installation.noting(bundleStore))
  const first = await firstBundle(bundles, options.folder)
  const {durability} = options.redis
  const store = new RedisStateStore(redis, {...keyspace, durability, notes: installation})
  const latest = await bundles.load((await bundleStore.latest()) ?? first.bundle.id)
  return {...connected, store, bundles, installation, latest}
}

/** The bundle with which the log begins: that of the first worker that ever started. */
async function firstBundle(bundles: KeptBundles, folder: LoadedBundle | undefined): Promise<LoadedBundle> {
  await bundles.inForceAt(undefined, folder)
  // Another worker may have been first, with another folder.
  const {id} = await bundles.inForceAt(undefined, undefined)
  return bundles.load(id)
}

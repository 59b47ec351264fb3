import {setTimeout as sleep} from 'node:timers/promises'
import type {RuleProposal} from '../../adapters/http/rule-proposals.js'
import type {ActivationReport} from '../../adapters/http/rules-service.js'
import {KafkaEventIntake} from '../../adapters/kafka/event-intake.js'
import {RedisAuditTrail} from '../../adapters/redis/desk/audit-trail.js'
import {RedisProposalStore} from '../../adapters/redis/desk/proposal-store.js'
import {RedisStateStore} from '../../adapters/redis/state-store.js'
import {streamsWith} from '../../core/event/stream.js'
import {authenticatorOf} from '../auth/authenticator.js'
import {KeptBundles, NothingInForceError} from '../bundle/kept-bundles.js'
import {loadFolders} from '../bundle/load-bundle.js'
import type {Config} from '../config/config.js'
import {processEnvironment} from '../config/environment.js'
import {kafkaTarget} from '../config/kafka-target.js'
import {redisTarget} from '../config/redis-target.js'
import {type ClusterConnections, connectCluster} from '../service/cluster/cluster-connections.js'
import {ClusterRules} from '../service/cluster/cluster-rules.js'
import {openInstallation} from '../service/cluster/installation.js'
import {FourEyes} from '../service/four-eyes.js'
import {machineUser} from '../service/machine-user.js'
import {reportOf} from '../service/rules-report.js'
import {SYSTEM_CLOCK} from '../service/system-clock.js'

/** What is asked for: the folder's rules or, by id, rules that were in force before. */
interface Request {
  readonly bundle?: string | undefined
  readonly backfill: readonly string[]
}

/** Workers that run bring rules into force at once; without one, they come into force when one starts. */
const IN_FORCE_LIMIT_MS = 10_000
const LOOK_EVERY_MS = 200

/**
 * Puts an activation on the log of all workers, whether one runs or not. Where keys are configured, it is proposed: a second person
 * approves it.
 */
export async function activateInCluster(
  config: Config,
  request: Request,
): Promise<ActivationReport | {readonly proposal: RuleProposal}> {
  const environment = processEnvironment()
  const target = {
    ...{config, kafka: kafkaTarget(config, environment), redis: redisTarget(config, environment)},
    log: () => undefined,
  }
  const connections = await connectCluster(target)
  try {
    const {redis, keyspace, bundleStore} = connections
    const installation = await openInstallation(target, connections, SYSTEM_CLOCK)
    const bundles = new KeptBundles(installation.noting(bundleStore))
    const known = (await bundleStore.latest()) ?? (await bundleStore.first())
    if (known === undefined) throw new NothingInForceError()
    const before = (await bundles.load(known)).bundle
    const audit = new RedisAuditTrail(redis, keyspace, SYSTEM_CLOCK)
    const rules = new ClusterRules(
      {
        ...{bundles, audit, clock: SYSTEM_CLOCK, activations: bundleStore},
        intake: intakeOf(config, connections),
        anyPartition: () => undefined,
        readFolder: () => loadFolders(config),
        onActivated: () => undefined,
        onRefused: () => undefined,
      },
      before,
    )
    const asked = {...request, by: machineUser()}
    const needsApproval = (await authenticatorOf(config, SYSTEM_CLOCK, () => undefined)) !== undefined
    if (needsApproval) {
      const proposals = new RedisProposalStore<RuleProposal>(redis, keyspace, audit)
      return {proposal: await new FourEyes(proposals, rules, SYSTEM_CLOCK).propose(asked)}
    }
    const report = await rules.activate(asked)
    if (report.activated_at === null) return report
    const inForce = await comingIntoForce(connections, report.bundle)
    if (inForce === undefined) return report
    return reportOf(before, (await bundles.load(report.bundle)).bundle, inForce)
  } finally {
    await connections.close()
  }
}

/** How it came into force; undefined if no worker saw to that in time. */
async function comingIntoForce({redis, keyspace}: ClusterConnections, bundle: string) {
  const store = new RedisStateStore(redis, keyspace)
  for (let left = IN_FORCE_LIMIT_MS; left > 0; left -= LOOK_EVERY_MS) {
    const newest = (await store.activations(0)).at(-1)
    if (newest?.bundle === bundle) return newest
    await sleep(LOOK_EVERY_MS)
  }
  return undefined
}

function intakeOf({streams}: Config, {sender, names, partitions}: ClusterConnections): KafkaEventIntake {
  return new KafkaEventIntake({sender, names, streams: streamsWith(streams), partitions})
}

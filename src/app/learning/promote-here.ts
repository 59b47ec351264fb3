import {AuditTrail} from '../../adapters/embedded/audit-trail.js'
import type {EmbeddedDatabase} from '../../adapters/embedded/database.js'
import {chooseBackend} from '../../adapters/tensorflow/backend.js'
import type {Actor} from '../../core/case/audit-record.js'
import {formatTime} from '../../core/event/time.js'
import type {FeatureSchema} from '../../core/feature/feature-set.js'
import type {Clock} from '../../engine/port/clock.js'
import type {Evidence} from '../../learning/evidence/evidence.js'
import type {Config} from '../config/config.js'
import {findEvidence} from './find-evidence.js'
import {modelRegistry} from './model-store.js'
import {promote} from './promotion.js'
import {servedIn} from './served-snapshot.js'

export interface PromotionHere {
  readonly config: Config
  readonly schema: FeatureSchema
  readonly clock: Clock
  readonly by: Actor
  readonly force: boolean
}

/**
 * Promotes a version where no service runs, on the evidence of its feature log, and puts it on the audit trail. `database`: of the
 * service; undefined where none ever ran, or one runs and evidence is done without. Returns what spoke for the version.
 */
export async function promoteHere(
  version: number,
  database: EmbeddedDatabase | undefined,
  {config, schema, clock, by, force}: PromotionHere,
): Promise<string> {
  await chooseBackend(config.model.backend)
  const registry = modelRegistry(config)
  const former = (await registry.versionOf('champion')) ?? null
  const evidence = database === undefined ? undefined : await evidenceIn(database, version)
  const reason = await promote(registry, version, {
    ...{schema, evidence, at: formatTime(clock.now()), minFrauds: config.model.promotion.minFrauds},
    forcedBy: force ? by.name : undefined,
  })
  if (database === undefined) return reason
  const trail = await AuditTrail.open(database, clock)
  await trail.write({
    actor: by,
    action: 'model.promote',
    subject: {type: 'model', id: String(version)},
    before: {champion: former},
    after: {champion: version, reason},
  })
  return reason

  function evidenceIn(open: EmbeddedDatabase, challenger: number): Promise<Evidence | undefined> {
    const {maturity} = config.model.retrain
    const served = servedIn(open, schema)
    return findEvidence({registry, served, schema, maturity, now: clock.now(), challenger})
  }
}

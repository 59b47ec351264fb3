import {ModelRegistry} from '../../adapters/files/model-registry.js'
import {chooseBackend} from '../../adapters/tensorflow/backend.js'
import {type EventTime, formatTime} from '../../core/event/time.js'
import {DEFAULT_NETWORK} from '../../learning/training/default-network.js'
import {findEvidence} from './find-evidence.js'
import type {LearningAnswer, LearningTask} from './learning-task.js'
import {servedSnapshot} from './served-snapshot.js'
import {train} from './train.js'

/** The threshold of a version that nobody asked for by hand. */
const ALERTS_PER_DAY = 50

/** Does what a process that learns is there for. Rejects where it cannot: the message says why, and what to do. */
export async function performTask(task: LearningTask): Promise<LearningAnswer> {
  const {schema, maturity, now, work, models, snapshot} = task
  await chooseBackend(task.backend)
  const registry = new ModelRegistry(models.folder, models.shipped)
  const served = servedSnapshot(snapshot)
  if (work.kind === 'weigh') {
    const {challenger} = work
    const evidence = await findEvidence({registry, served, schema, maturity, now, challenger})
    return {kind: 'weighed', evidence: evidence ?? null}
  }
  const {verdicts, otherFeatures} = await train({
    source: {served, schema, now},
    maturity,
    settings: DEFAULT_NETWORK,
    threshold: {by: 'budget', alertsPerDay: ALERTS_PER_DAY},
    modelId: 'tripline',
    target: {folder: work.out, champions: registry},
    createdAt: formatTime(now as number as EventTime),
    onEpoch: () => undefined,
  })
  return {kind: 'trained', verdicts, otherFeatures}
}

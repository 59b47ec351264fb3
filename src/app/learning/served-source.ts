import type {EmbeddedDatabase} from '../../adapters/embedded/database.js'
import type {FeatureSchema} from '../../core/feature/feature-set.js'
import type {Clock} from '../../engine/port/clock.js'
import {servedIn} from './served-snapshot.js'
import type {TrainSource} from './train.js'

/** What a service that does not run served, to learn from. Throws RangeError where none ever ran. */
export function servedSource(
  database: EmbeddedDatabase | undefined,
  schema: FeatureSchema,
  clock: Clock,
): TrainSource {
  if (database === undefined)
    throw new RangeError('nothing was served from this data_dir yet; run the service, or train --input FILE')
  return {served: servedIn(database, schema), schema, now: clock.now()}
}

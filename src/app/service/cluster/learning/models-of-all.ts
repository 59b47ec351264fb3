import {join} from 'node:path'
import type {AliasChange} from '../../../../adapters/files/model-aliases.js'
import type {Keyspace} from '../../../../adapters/redis/keyspace.js'
import {RedisModelStore} from '../../../../adapters/redis/learning/model-store.js'
import type {RedisConnection} from '../../../../adapters/redis/redis-connection.js'
import type {Actor, AuditedChange} from '../../../../core/case/audit-record.js'
import type {Config} from '../../../config/config.js'
import {modelRegistry} from '../../../learning/model-store.js'
import type {Installation} from '../installation.js'
import {SharedModels} from './shared-models.js'

/** What has to be there already. */
export interface SharedWith {
  readonly redis: RedisConnection
  readonly keyspace: Keyspace
  readonly installation: Installation
}

/** Who changed the folder: a command says it, not who ran it. */
const COMMAND: Actor = {id: 'folder', name: 'the models folder'}

/** Those of an installation. `audit`: takes what commands changed past the workers. */
export function modelsOfAll(
  config: Config,
  {redis, keyspace, installation}: SharedWith,
  {
    audit,
    onTrouble,
  }: {
    readonly audit: (changes: readonly AuditedChange[]) => Promise<void>
    readonly onTrouble: (error: Error) => void
  },
): SharedModels {
  return new SharedModels({
    folder: join(config.dataDir, 'models'),
    registry: modelRegistry(config),
    store: new RedisModelStore(redis, keyspace),
    noted: installation.models,
    onFolderChanged: (changes) => audit(changes.map(toAudited)),
    onTrouble,
  })
}

function toAudited({alias, from, to, by, reason}: AliasChange): AuditedChange {
  return {
    actor: COMMAND,
    action: `model.${by}`,
    subject: {type: 'model', id: String(to)},
    before: {[alias]: from},
    after: {[alias]: to, reason},
  }
}

import type {FastifyInstance} from 'fastify'
import {z} from 'zod'
import type {KeyField} from '../../core/event/stream.js'
import {formatTime} from '../../core/event/time.js'
import {closest} from '../../core/expression/suggest.js'
import type {EntityFeatures, EntityName} from '../../engine/stage/features-now.js'
import {allowOnly} from './allow-only.js'
import {Problem} from './problem.js'
import {checkQuery, textParameter} from './query.js'

/** Where features can be looked up. */
export interface FeaturesService {
  /** Whose features there are: each that a view in force is about. */
  entities(): readonly KeyField[]
  /** Undefined if nothing is known of this one. */
  featuresNow(name: EntityName): Promise<EntityFeatures | undefined>
}

const FIELDS = {
  user: 'user_id',
  card: 'card_id',
  merchant: 'merchant_id',
  device: 'device_id',
  ip: 'ip',
} as const satisfies {readonly [word: string]: KeyField}

type EntityWord = keyof typeof FIELDS

const WORDS = Object.keys(FIELDS) as [EntityWord, ...EntityWord[]]

export const featuresQuerySchema = z.strictObject({
  /** Whose card it is. */
  user: textParameter(512).optional(),
})

/** What the model would see of an entity in a transaction that came now. */
export const featuresAnswerSchema = z.strictObject({
  entity: z.enum(WORDS),
  id: z.string(),
  /** Whose card it is; null for others than cards. */
  user_id: z.string().nullable(),
  /** Hash of the features in force; a model tells by it whether they are those that it was trained on. */
  schema: z.string(),
  as_of: z.string(),
  /** By `view.feature`; null: missing. What is worked out from a transaction itself is not among them. */
  values: z.record(z.string(), z.number().nullable()),
})

/** GET /v1/features/{entity}/{id} */
export function addFeaturesRoute(app: FastifyInstance, features: FeaturesService): void {
  const url = '/v1/features/:entity/:id'
  app.get<{Params: {entity: string; id: string}}>(
    url,
    async (request): Promise<z.infer<typeof featuresAnswerSchema>> => {
      const {id} = request.params
      const word = checkedWord(request.params.entity)
      const {user} = checkQuery(featuresQuerySchema, request.query)
      refuseWrongUser(word, user)
      const entity = FIELDS[word]
      refuseWithoutViews(entity, features.entities())
      const known = await features.featuresNow({entity, id, user})
      if (known === undefined)
        throw new Problem('unknown_entity', `no event that its views look at was about this ${word}`)
      const {schema, asOf, values} = known
      return {entity: word, id, user_id: user ?? null, schema, as_of: formatTime(asOf), values: {...values}}
    },
  )
  allowOnly(app, url, ['GET'])
}

function checkedWord(given: string): EntityWord {
  const word = WORDS.find((each) => each === given)
  if (word !== undefined) return word
  const meant = closest(given.replace(/_id$/, ''), WORDS)
  const remedy = meant === undefined ? '' : `; did you mean /v1/features/${meant}/…?`
  throw new Problem('unknown_entity', `features are those of a ${WORDS.join(', ')}${remedy}`)
}

function refuseWrongUser(word: EntityWord, user: string | undefined): void {
  if (word === 'card' && user === undefined)
    throw new Problem('bad_query', 'user is missing: a card is known under its user; add ?user=<user_id>')
  if (word !== 'card' && user !== undefined)
    throw new Problem('bad_query', 'user is for cards alone; leave it out')
}

function refuseWithoutViews(entity: KeyField, present: readonly KeyField[]): void {
  if (present.includes(entity)) return
  const those = present.length === 0 ? 'there are no views' : `views are about ${present.join(', ')}`
  throw new Problem('unknown_entity', `no feature view in force has entity: ${entity}; ${those}`)
}

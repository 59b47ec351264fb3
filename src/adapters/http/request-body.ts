import type {FastifyInstance, FastifyRequest} from 'fastify'
import type {z} from 'zod'
import {Problem} from './problem.js'

/** The formats in which bodies are taken, as bytes: no form of a web page can send either. */
export const MEDIA_TYPES = ['application/json', 'application/x-ndjson'] as const

export type MediaType = (typeof MEDIA_TYPES)[number]

/** A body as it came. */
export interface RequestBody {
  readonly mediaType: MediaType
  readonly bytes: Uint8Array
}

/** Bodies are kept as bytes. All others are refused as unsupported. */
export function addBodyParsers(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  for (const mediaType of MEDIA_TYPES) {
    app.addContentTypeParser<Buffer>(mediaType, {parseAs: 'buffer'}, (_request, bytes, done) => {
      done(null, {mediaType, bytes} satisfies RequestBody)
    })
  }
}

/** For onRequest: bodies are taken as they are, neither compressed nor in another character set. */
export function refuseEncoded({headers}: FastifyRequest): void {
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') {
    throw new Problem('unsupported_media_type', 'send the body without Content-Encoding')
  }
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(headers['content-type'] ?? '')?.[1] ?? 'utf-8'
  if (!/^utf-?8$/i.test(charset)) throw new Problem('unsupported_media_type', 'send the body as UTF-8')
}

/** The body of a request, undefined if it has none. */
export function bodyOf({body}: FastifyRequest): RequestBody | undefined {
  return body as RequestBody | undefined
}

const utf8 = new TextDecoder('utf-8', {fatal: true})

/** A JSON body that fits a schema; an empty one is `{}`. `example` says what to send instead; the body is not echoed. */
export function readJson<T>(request: FastifyRequest, schema: z.ZodType<T>, example: string): T {
  const checked = schema.safeParse(parsed(bodyOf(request), example))
  if (checked.success) return checked.data
  const reasons = checked.error.issues.map(({path, message}) => [...path, message].join(': '))
  throw new Problem('bad_request', `${reasons.slice(0, 10).join('; ')}; send ${example}`)
}

function parsed(body: RequestBody | undefined, example: string): unknown {
  if (body === undefined) return {}
  if (body.mediaType !== 'application/json')
    throw new Problem('unsupported_media_type', 'send application/json')
  try {
    const text = utf8.decode(body.bytes).trim()
    return text === '' ? {} : JSON.parse(text)
  } catch {
    throw new Problem('bad_json', `send one JSON object: ${example}`)
  }
}

import {z} from 'zod'
import {ACCESS} from '../access.js'
import {PROBLEM_MEDIA_TYPE, PROBLEMS} from '../problem.js'
import {componentSchemas, type JsonObject, refTo} from './components.js'
import {OPERATIONS, type Operation} from './operations.js'

const EVENT = {anyOf: (['Transaction', 'Location', 'Merchant', 'FeedbackEvent'] as const).map(refTo)}

const DESCRIPTION =
  'Decisions on transactions, alerts that explain and repair themselves, and what reviewers make of them. ' +
  'Errors are application/problem+json with a stable `code`. Lists are paged by `cursor`.'

/** The HTTP interface as an OpenAPI 3.1 document: from the schemas that it checks with and the table of who may do what. */
export function openApiDocument(version: string): JsonObject {
  const paths: {[path: string]: JsonObject} = {}
  for (const [route, operation] of Object.entries(OPERATIONS)) {
    const [method = '', url = ''] = route.split(' ')
    const path = url.replace(/:(\w+)/g, '{$1}')
    paths[path] = {...paths[path], [method.toLowerCase()]: toOperation(route, path, operation)}
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Tripline',
      version,
      description: DESCRIPTION,
      license: {name: 'Apache-2.0', identifier: 'Apache-2.0'},
    },
    security: [{bearer: []}],
    paths,
    components: {
      securitySchemes: {
        bearer: {type: 'http', scheme: 'bearer', description: 'An API key (tripline keys create), or a JWT.'},
      },
      schemas: componentSchemas(),
      responses: {
        Problem: {
          description: `What went wrong (RFC 9457). Codes: ${Object.keys(PROBLEMS).join(', ')}.`,
          content: {[PROBLEM_MEDIA_TYPE]: {schema: refTo('Problem')}},
        },
      },
    },
  }
}

function toOperation(route: string, path: string, operation: Operation): JsonObject {
  const {tag, summary, status, body} = operation
  const allowed = ACCESS[route]
  const isOpen = allowed === 'everybody'
  return {
    operationId: operationId(route),
    tags: [tag],
    summary,
    description: isOpen ? 'Open to everybody.' : `For the roles ${allowed?.join(', ')}.`,
    ...(isOpen ? {security: []} : {}),
    parameters: parametersOf(path, operation),
    ...(body === undefined ? {} : {requestBody: requestBody(body)}),
    responses: {
      [status]: {description: summary, ...contentOf(operation.answer)},
      default: {$ref: '#/components/responses/Problem'},
    },
  }
}

/** `POST /v1/alerts/:id/notes` is `post_alerts_id_notes`. */
function operationId(route: string): string {
  const [method = '', path = ''] = route.split(' ')
  return `${method.toLowerCase()}_${path.replace(/^\/(v1\/)?/, '').replace(/[^a-zA-Z]+/g, '_')}`
}

function parametersOf(path: string, {query, headers = []}: Operation): readonly JsonObject[] {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => {
    return {name, in: 'path', required: true, schema: {type: 'string', maxLength: 100}}
  })
  const inQuery = Object.entries(query?.shape ?? {}).map(([name, schema]) => {
    return {name, in: 'query', required: false, schema: parameterSchema(schema as z.ZodType)}
  })
  const inHeader = headers.map((header) => {
    return {...header, in: 'header', required: false, schema: {type: 'string', maxLength: 255}}
  })
  return [...inPath, ...inQuery, ...inHeader]
}

/** What a parameter is as text. A whole number is said to be one. */
function parameterSchema(schema: z.ZodType): JsonObject {
  const {$schema, ...described} = z.toJSONSchema(schema, {io: 'input', unrepresentable: 'any'})
  const {pattern, ...rest} = described as JsonObject
  const preset = schema.safeParse(undefined)
  const initial = preset.success && preset.data !== undefined ? {default: preset.data} : {}
  return {...(rest.type === 'integer' ? rest : (described as JsonObject)), ...initial}
}

function requestBody({schema, many = false, optional = false}: NonNullable<Operation['body']>): JsonObject {
  const one = schema === 'Event' ? EVENT : refTo(schema)
  const json = many ? {anyOf: [one, {type: 'array', items: one}]} : one
  return {
    required: !optional,
    content: {
      'application/json': {schema: json},
      ...(many ? {'application/x-ndjson': {schema: {type: 'string', description: 'One per line.'}}} : {}),
    },
  }
}

function contentOf(answer: Operation['answer']): JsonObject {
  if (answer === undefined) return {}
  if (typeof answer === 'object') return {content: {[answer.mediaType]: {schema: {}}}}
  return {content: {'application/json': {schema: refTo(answer)}}}
}

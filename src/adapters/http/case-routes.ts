import type {FastifyInstance, FastifyRequest} from 'fastify'
import type {z} from 'zod'
import {type CaseRecord, toCaseSummary} from '../../core/case/case-events.js'
import type {CaseReader} from '../../engine/port/case-store.js'
import {allowOnly} from './allow-only.js'
import {
  assignCaseBodySchema,
  type CaseAnswer,
  caseNoteBodySchema,
  caseStreamQuerySchema,
  type casesAnswerSchema,
  casesQuerySchema,
  type closeCaseAnswerSchema,
  closeCaseBodySchema,
  reviewCaseBodySchema,
  toCaseAnswer,
} from './case-schemas.js'
import {CaseClosedError, type CaseService, TooManyChangesError} from './case-service.js'
import {refuseCardNumber} from './free-text.js'
import {actorOf} from './gate.js'
import {orOverloaded} from './overload.js'
import {pageOf} from './paging.js'
import {Problem} from './problem.js'
import {checkQuery} from './query.js'
import type {RecordFeed} from './record-feed.js'
import {readJson, refuseEncoded} from './request-body.js'
import {asRulesProblem} from './rules-problem.js'
import {addStreamRoute, type StreamOptions} from './stream-route.js'

export interface CaseParts {
  readonly reader: CaseReader
  readonly desk: CaseService
  readonly feed: RecordFeed<CaseRecord>
  /** In ms. */
  readonly now: () => number
}

interface OneCase {
  Params: {id: string}
}

const CASE_ID = /^[0-9a-f]{32}$/

/** GET /v1/cases, /v1/cases/stream and /v1/cases/{id}, and what people do with cases: POST …/assign, /notes, /review, /close. */
export function addCaseRoutes(app: FastifyInstance, parts: CaseParts, options: StreamOptions): void {
  const {reader, desk, feed, now} = parts
  const onRequest = async (request: FastifyRequest) => refuseEncoded(request)

  app.get('/v1/cases', async (request): Promise<z.infer<typeof casesAnswerSchema>> => {
    const {limit, cursor, overdue, ...filter} = checkQuery(casesQuerySchema, request.query)
    const dueBefore = overdue === true ? now() : undefined
    return pageOf(reader.cases({...filter, dueBefore}, limit, cursor), toCaseSummary)
  })
  allowOnly(app, '/v1/cases', ['GET'])

  const streamed = {url: '/v1/cases/stream', feed, query: caseStreamQuerySchema, passes: passesStream}
  addStreamRoute(app, streamed, options)

  const one = '/v1/cases/:id'
  app.get<OneCase>(one, async (request): Promise<CaseAnswer> => {
    return toCaseAnswer(known(await reader.case(caseId(request))))
  })
  allowOnly(app, one, ['GET'])

  const assign = `${one}/assign`
  app.post<OneCase>(assign, {onRequest}, async (request): Promise<CaseAnswer> => {
    const id = caseId(request)
    const {assignee} = readJson(request, assignCaseBodySchema, '{"assignee": "ana"}')
    refuseCardNumber(assignee)
    return toCaseAnswer(known(await desk.assign(id, assignee, actorOf(request)).catch(asProblem)))
  })
  allowOnly(app, assign, ['POST'])

  const notes = `${one}/notes`
  app.post<OneCase>(notes, {onRequest}, async (request): Promise<CaseAnswer> => {
    const id = caseId(request)
    const {text} = readJson(request, caseNoteBodySchema, '{"text": "called the customer"}')
    refuseCardNumber(text)
    return toCaseAnswer(known(await desk.note(id, text, actorOf(request)).catch(asProblem)))
  })
  allowOnly(app, notes, ['POST'])

  const review = `${one}/review`
  app.post<OneCase>(review, {onRequest}, async (request): Promise<CaseAnswer> => {
    const id = caseId(request)
    readJson(request, reviewCaseBodySchema, 'nothing, or {}')
    return toCaseAnswer(known(await desk.review(id, actorOf(request)).catch(asProblem)))
  })
  allowOnly(app, review, ['POST'])

  const close = `${one}/close`
  app.post<OneCase>(close, {onRequest}, async (request): Promise<z.infer<typeof closeCaseAnswerSchema>> => {
    const id = caseId(request)
    const {verdict, note} = readJson(request, closeCaseBodySchema, '{"verdict": "fraud", "note": "called"}')
    refuseCardNumber(note ?? null)
    const by = actorOf(request)
    if (note !== undefined) known(await desk.note(id, note, by).catch(asProblem))
    const {view, verdicts, listEntries} = known(await desk.close(id, verdict, by).catch(asProblem))
    return {case: toCaseAnswer(view), verdicts, list_entries: [...listEntries]}
  })
  allowOnly(app, close, ['POST'])
}

function caseId({params}: FastifyRequest<OneCase>): string {
  if (!CASE_ID.test(params.id)) throw unknownCase()
  return params.id
}

function known<T>(found: T | undefined): T {
  if (found === undefined) throw unknownCase()
  return found
}

function unknownCase(): Problem {
  return new Problem('unknown_case', 'a case id is 32 hex digits; it may have been too old to keep')
}

function asProblem(error: unknown): never {
  if (error instanceof CaseClosedError) throw new Problem('case_closed', error.message)
  if (error instanceof TooManyChangesError) throw new Problem('too_many_notes', error.message)
  try {
    return asRulesProblem(error)
  } catch (other) {
    return orOverloaded(other)
  }
}

function passesStream(
  record: CaseRecord,
  {severity, entity, assignee}: z.infer<typeof caseStreamQuerySchema>,
): boolean {
  if (severity !== undefined && severity !== record.severity) return false
  if (entity !== undefined && entity !== record.entity.name) return false
  return assignee === undefined || assignee === record.assignee
}

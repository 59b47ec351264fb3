import type {FastifyInstance} from 'fastify'
import {z} from 'zod'
import {type AlertView, noteSchema, TooManyNotesError, UNTOUCHED} from '../../core/case/alert-view.js'
import {alertStatusSchema} from './alert-answers.js'
import {alertId, knownAlert} from './alert-id.js'
import {allowOnly} from './allow-only.js'
import {noteTextSchema, personSchema, refuseCardNumber} from './free-text.js'
import {actorOf} from './gate.js'
import {Problem} from './problem.js'
import {readJson, refuseEncoded} from './request-body.js'
import type {TriageService} from './triage-service.js'

export const assignBodySchema = z.strictObject({
  /** Null: nobody. */
  assignee: personSchema.nullable(),
  /** Whether somebody looks at it now. */
  in_review: z.boolean().default(false),
})

export const noteBodySchema = z.strictObject({text: noteTextSchema})

/** What people made of an alert so far. */
export const triageAnswerSchema = z.strictObject({
  alert_id: z.string(),
  status: alertStatusSchema,
  assignee: z.string().nullable(),
  in_review: z.boolean(),
  notes: z.array(noteSchema),
})

interface OneAlert {
  Params: {id: string}
}

/** POST /v1/alerts/{id}/assign and /notes. */
export function addTriageRoutes(app: FastifyInstance, triage: TriageService): void {
  const onRequest = async (request: Parameters<typeof refuseEncoded>[0]) => refuseEncoded(request)

  const assign = '/v1/alerts/:id/assign'
  app.post<OneAlert>(assign, {onRequest}, async (request): Promise<z.infer<typeof triageAnswerSchema>> => {
    const id = alertId(request.params.id)
    const change = readJson(request, assignBodySchema, '{"assignee": "ana", "in_review": true}')
    refuseCardNumber(change.assignee)
    return toAnswer(knownAlert(await triage.assign(id, change, actorOf(request))))
  })
  allowOnly(app, assign, ['POST'])

  const notes = '/v1/alerts/:id/notes'
  app.post<OneAlert>(notes, {onRequest}, async (request): Promise<z.infer<typeof triageAnswerSchema>> => {
    const id = alertId(request.params.id)
    const {text} = readJson(request, noteBodySchema, '{"text": "called the customer"}')
    refuseCardNumber(text)
    return toAnswer(knownAlert(await triage.note(id, text, actorOf(request)).catch(asProblem)))
  })
  allowOnly(app, notes, ['POST'])
}

function toAnswer({alert, status, triage = UNTOUCHED}: AlertView): z.infer<typeof triageAnswerSchema> {
  const {assignee, in_review, notes} = triage
  return {alert_id: alert.alert_id, status, assignee, in_review, notes}
}

function asProblem(error: unknown): never {
  if (error instanceof TooManyNotesError) throw new Problem('too_many_notes', error.message)
  throw error
}

import type {FastifyInstance} from 'fastify'
import type {z} from 'zod'
import {formatTime} from '../../core/event/time.js'
import {
  TooManyWebhooksError,
  type WebhookAdmin,
  type WebhookChoice,
  WebhookUrlError,
  type WebhookWithSecret,
} from '../../engine/port/webhook-admin.js'
import type {WebhookDelivery, WebhookSubscription} from '../../engine/port/webhook-store.js'
import {allowOnly} from './allow-only.js'
import {actorOf} from './gate.js'
import {pageOf} from './paging.js'
import {Problem} from './problem.js'
import {checkQuery} from './query.js'
import {readJson} from './request-body.js'
import {
  changeWebhookBodySchema,
  createWebhookBodySchema,
  type deliveriesAnswerSchema,
  deliveriesQuerySchema,
  type deliveryAnswerSchema,
  rotateSecretBodySchema,
  type webhookAnswerSchema,
  type webhookSecretAnswerSchema,
  type webhooksAnswerSchema,
} from './webhook-schemas.js'

type WebhookAnswer = z.infer<typeof webhookAnswerSchema>
type WebhookSecretAnswer = z.infer<typeof webhookSecretAnswerSchema>
type DeliveryAnswer = z.infer<typeof deliveryAnswerSchema>

const EXAMPLE = '{"url": "https://receiver.example/alerts", "filter": {"severity": ["high"]}}'

interface OneWebhook {
  Params: {id: string}
}

/** /v1/webhooks: who is told of alerts, and what became of the messages. */
export function addWebhookRoutes(app: FastifyInstance, webhooks: WebhookAdmin): void {
  app.get('/v1/webhooks', async (): Promise<z.infer<typeof webhooksAnswerSchema>> => {
    return {items: (await webhooks.list()).map(toAnswer)}
  })
  app.post('/v1/webhooks', async (request, reply): Promise<WebhookSecretAnswer> => {
    const body = readJson(request, createWebhookBodySchema, EXAMPLE)
    const created = await webhooks.create(actorOf(request), toChoice(body)).catch(asProblem)
    reply.code(201).header('location', `/v1/webhooks/${created.subscription.id}`)
    return withSecret(created)
  })
  allowOnly(app, '/v1/webhooks', ['GET', 'POST'])

  app.get<OneWebhook>('/v1/webhooks/:id', async ({params}): Promise<WebhookAnswer> => {
    return toAnswer(known(await webhooks.get(params.id)))
  })
  app.patch<OneWebhook>('/v1/webhooks/:id', async (request): Promise<WebhookAnswer> => {
    const change = toChange(readJson(request, changeWebhookBodySchema, EXAMPLE))
    const changed = webhooks.update(actorOf(request), request.params.id, change)
    return toAnswer(known(await changed.catch(asProblem)))
  })
  app.delete<OneWebhook>('/v1/webhooks/:id', async (request, reply): Promise<void> => {
    if (!(await webhooks.remove(actorOf(request), request.params.id))) known(undefined)
    reply.code(204)
  })
  allowOnly(app, '/v1/webhooks/:id', ['GET', 'PATCH', 'DELETE'])

  app.post<OneWebhook>('/v1/webhooks/:id/test', async (request): Promise<DeliveryAnswer> => {
    return toDelivery(known(await webhooks.test(actorOf(request), request.params.id)))
  })
  allowOnly(app, '/v1/webhooks/:id/test', ['POST'])

  app.post<OneWebhook>('/v1/webhooks/:id/rotate-secret', async (request): Promise<WebhookSecretAnswer> => {
    const {overlap} = readJson(request, rotateSecretBodySchema, '{"overlap": "24h"}, or nothing')
    return withSecret(known(await webhooks.rotateSecret(actorOf(request), request.params.id, overlap)))
  })
  allowOnly(app, '/v1/webhooks/:id/rotate-secret', ['POST'])

  addDeliveryRoutes(app, webhooks)
}

function addDeliveryRoutes(app: FastifyInstance, webhooks: WebhookAdmin): void {
  const list = '/v1/webhooks/:id/deliveries'
  app.get<OneWebhook>(list, async (request): Promise<z.infer<typeof deliveriesAnswerSchema>> => {
    const {status, limit, cursor} = checkQuery(deliveriesQuerySchema, request.query)
    return pageOf(webhooks.deliveries(request.params.id, status, limit, cursor).then(known), toDelivery)
  })
  allowOnly(app, list, ['GET'])

  const retry = `${list}/:deliveryId/retry`
  app.post<{Params: {id: string; deliveryId: string}}>(
    retry,
    async (request, reply): Promise<DeliveryAnswer> => {
      const {id, deliveryId} = request.params
      known(await webhooks.get(id))
      const again = await webhooks.retry(actorOf(request), id, deliveryId)
      if (again === undefined)
        throw new Problem(
          'unknown_delivery',
          'ids are listed by /deliveries; it may have been too old to keep',
        )
      reply.code(202)
      return toDelivery(again)
    },
  )
  allowOnly(app, retry, ['POST'])
}

function known<T>(found: T | undefined): T {
  if (found === undefined) throw new Problem('unknown_webhook', 'GET /v1/webhooks lists those that are there')
  return found
}

function asProblem(error: unknown): never {
  if (error instanceof WebhookUrlError) throw new Problem('webhook_refused', error.message)
  if (error instanceof TooManyWebhooksError) throw new Problem('too_many_webhooks', error.message)
  throw error
}

function toChoice({
  url,
  event_types,
  filter,
  enabled,
}: z.infer<typeof createWebhookBodySchema>): WebhookChoice {
  return {url, eventTypes: event_types, severities: filter.severity, rules: filter.rule, enabled}
}

function toChange(body: z.infer<typeof changeWebhookBodySchema>): Partial<WebhookChoice> {
  const {url, event_types, filter, enabled} = body
  return {
    ...(url === undefined ? {} : {url}),
    ...(event_types === undefined ? {} : {eventTypes: event_types}),
    ...(filter === undefined ? {} : {severities: filter.severity, rules: filter.rule}),
    ...(enabled === undefined ? {} : {enabled}),
  }
}

function toAnswer(subscription: WebhookSubscription): WebhookAnswer {
  const {id, url, eventTypes, severities, rules, enabled, disabledBecause, createdAt, secrets} = subscription
  return {
    ...{id, url, enabled},
    event_types: [...eventTypes],
    filter: {severity: [...severities], rule: [...rules]},
    disabled_because: disabledBecause,
    created_at: formatTime(createdAt),
    secrets: secrets.map(({expiresAt}) => ({expires_at: expiresAt === null ? null : formatTime(expiresAt)})),
  }
}

function withSecret({subscription, secret}: WebhookWithSecret): WebhookSecretAnswer {
  return {...toAnswer(subscription), secret}
}

function toDelivery({id, type, status, createdAt, dueAt, tries, attempts}: WebhookDelivery): DeliveryAnswer {
  return {
    ...{id, type, status, tries},
    created_at: formatTime(createdAt),
    due_at: dueAt === null ? null : formatTime(dueAt),
    attempts: attempts.map(({at, durationMs, status: answered, error}) => {
      return {at: formatTime(at), duration_ms: durationMs, status: answered, error}
    }),
  }
}

import {toJSONSchema, type z} from 'zod'
import {testEventSchema} from '../../adapters/webhook/test-message.js'
import {caseEventSchema} from '../../core/case/case-cloud-event.js'
import {alertEventSchema, CLOUD_EVENT_MEDIA_TYPE} from '../../core/decision/cloud-event.js'
import {alertRecordSchema, decisionRecordSchema} from '../../core/decision/records.js'
import {deadLetterSchema} from '../../core/event/dead-letter.js'
import {feedbackSchema, locationSchema, merchantSchema, transactionSchema} from '../../core/event/schemas.js'

/** A topic: what its records are, and by what they are partitioned. */
interface Topic {
  readonly name: string
  readonly key: string
  readonly summary: string
  /** Undefined for what is passed on as it came. */
  readonly schema: z.ZodType | undefined
}

const INPUTS: readonly Topic[] = [
  {name: 'transactions', key: 'user_id', summary: 'Transactions to be decided.', schema: transactionSchema},
  {name: 'locations', key: 'user_id', summary: 'Where users are.', schema: locationSchema},
  {
    name: 'merchants',
    key: 'merchant_id',
    summary: 'Profiles of merchants, by the time from which they hold.',
    schema: merchantSchema,
  },
  {
    name: 'feedback',
    key: 'user_id',
    summary: 'What people found out about alerts and transactions.',
    schema: feedbackSchema,
  },
]

const OUTPUTS: readonly Topic[] = [
  {
    name: 'decisions',
    key: 'user_id',
    summary: 'One decision per transaction; a higher revision replaces a lower one.',
    schema: decisionRecordSchema,
  },
  {
    name: 'alerts',
    key: "the value of the rule's key",
    summary: 'Alerts that are opened, amended and retracted.',
    schema: alertRecordSchema,
  },
  {
    name: 'late',
    key: 'stream/partition/offset',
    summary: 'Inputs that were too late, as they came.',
    schema: undefined,
  },
  {
    name: 'dead-letters',
    key: 'topic/partition/offset',
    summary: 'Inputs that were refused.',
    schema: deadLetterSchema,
  },
]

const text = (description: string) => ({type: 'string', description})

/** CloudEvents 1.0 in binary mode. */
const KAFKA_HEADERS = {
  type: 'object',
  required: ['ce_specversion', 'ce_id', 'ce_source', 'ce_type', 'ce_time'],
  properties: {
    ce_specversion: {const: '1.0'},
    ce_id: text('The same however often the record is sent; of an alert `<alert id>:<revision>`.'),
    ce_source: text('`urn:tripline:<namespace>`'),
    ce_type: text('Such as `alert.opened` or `decision.made`.'),
    ce_subject: text('The id of the alert or transaction.'),
    ce_time: text('RFC 3339'),
    traceparent: text('W3C Trace Context, where the record was traced.'),
  },
}

/** Standard Webhooks. */
const WEBHOOK_HEADERS = {
  type: 'object',
  required: ['webhook-id', 'webhook-timestamp', 'webhook-signature'],
  properties: {
    'webhook-id': text(
      "The event's id, the same over all attempts: keep it to know a message that comes twice.",
    ),
    'webhook-timestamp': text('Seconds since the epoch, of this attempt.'),
    'webhook-signature': text(
      '`v1,<base64 HMAC-SHA256 of id.timestamp.body>`; two of them, with a space between, while a secret rotates.',
    ),
    traceparent: text('W3C Trace Context, where the alert was traced.'),
  },
}

const NAMESPACE = {namespace: {description: 'The setting `namespace`.', default: 'default'}}

/** What goes in and out by topics and webhooks, as an AsyncAPI 3.0 document. */
export function asyncApi(version: string): object {
  const topics = [...INPUTS, ...OUTPUTS]
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Tripline',
      version,
      description: 'Events that Tripline reads, and what it publishes on topics and to webhooks.',
      license: {name: 'Apache-2.0'},
    },
    defaultContentType: 'application/json',
    channels: {
      ...Object.fromEntries(topics.map((topic) => [topic.name, channelOf(topic, OUTPUTS.includes(topic))])),
      webhooks: {
        address: null,
        title: 'Webhooks',
        description:
          'The url of a subscription (POST /v1/webhooks). The order of messages is not promised; the revision tells.',
        messages: {
          alert: webhookMessage('An alert, as a CloudEvent in structured mode.', alertEventSchema),
          case: webhookMessage(
            'What happened to a case, as a CloudEvent in structured mode.',
            caseEventSchema,
          ),
          test: webhookMessage('Sent by POST /v1/webhooks/{id}/test.', testEventSchema),
        },
      },
    },
    operations: {
      ...Object.fromEntries(INPUTS.map(({name}) => [`receive-${name}`, operation('receive', name)])),
      ...Object.fromEntries(OUTPUTS.map(({name}) => [`send-${name}`, operation('send', name)])),
      'send-webhooks': {
        ...operation('send', 'webhooks'),
        bindings: {http: {method: 'POST', bindingVersion: '0.3.0'}},
      },
    },
  }
}

function channelOf({name, key, summary, schema}: Topic, isOutput: boolean): object {
  const message = {
    name,
    summary,
    ...(isOutput ? {headers: KAFKA_HEADERS} : {}),
    ...(schema === undefined ? {} : {payload: payloadOf(schema, isOutput)}),
    bindings: {kafka: {key: text(key), bindingVersion: '0.5.0'}},
  }
  return {
    address: `{namespace}.${name}`,
    description: summary,
    parameters: NAMESPACE,
    messages: {[name]: message},
  }
}

function webhookMessage(summary: string, schema: z.ZodType): object {
  return {
    summary,
    contentType: CLOUD_EVENT_MEDIA_TYPE,
    headers: WEBHOOK_HEADERS,
    payload: payloadOf(schema, true),
  }
}

function operation(action: 'send' | 'receive', channel: string): object {
  return {action, channel: {$ref: `#/channels/${channel}`}}
}

function payloadOf(schema: z.ZodType, isOutput: boolean): object {
  const {$schema: _, ...payload} = toJSONSchema(schema, {
    target: 'draft-7',
    io: isOutput ? 'output' : 'input',
  })
  return payload
}

import type {z} from 'zod'
import {alertStreamQuerySchema} from '../alert-stream-route.js'
import {alertsQuerySchema} from '../alerts-route.js'
import {auditQuerySchema} from '../audit-route.js'
import {caseStreamQuerySchema, casesQuerySchema} from '../case-schemas.js'
import {decisionQuerySchema} from '../decisions-route.js'
import {featuresQuerySchema} from '../features-route.js'
import {userQuerySchema} from '../users-route.js'
import {deliveriesQuerySchema} from '../webhook-schemas.js'
import type {AnswerName, BodyName} from './components.js'

/** What there is to say about a route besides who may use it. */
export interface Operation {
  readonly tag: string
  readonly summary: string
  readonly query?: z.ZodObject
  readonly headers?: readonly {readonly name: string; readonly description: string}[]
  readonly body?: {readonly schema: BodyName | 'Event'; readonly many?: boolean; readonly optional?: boolean}
  readonly status: 200 | 201 | 202 | 204
  /** A record of ours; or a media type, where the answer is none. */
  readonly answer: AnswerName | {readonly mediaType: string} | undefined
}

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  description:
    'Names the request: with the same body it is answered the same, with another it is refused (409).',
}
const LAST_EVENT_ID = {name: 'Last-Event-ID', description: 'The last id that was heard: goes on after it.'}

/** Every route, as the table of who may do what names it. */
export const OPERATIONS: {readonly [route: string]: Operation} = {
  'POST /v1/decisions': {
    tag: 'Decisions',
    summary: 'One transaction in, its decision out',
    query: decisionQuerySchema,
    headers: [IDEMPOTENCY_KEY],
    body: {schema: 'Transaction'},
    status: 200,
    answer: 'Decision',
  },
  'POST /v1/events/:stream': {
    tag: 'Events',
    summary: 'Takes one event, an array, or one per line',
    body: {schema: 'Event', many: true},
    status: 202,
    answer: 'IngestResults',
  },
  'GET /v1/alerts': {
    tag: 'Alerts',
    summary: 'Alerts, the newest event time first',
    query: alertsQuerySchema,
    status: 200,
    answer: 'AlertPage',
  },
  'GET /v1/alerts/stream': {
    tag: 'Alerts',
    summary: 'Alert records as server-sent events',
    query: alertStreamQuerySchema,
    headers: [LAST_EVENT_ID],
    status: 200,
    answer: {mediaType: 'text/event-stream'},
  },
  'GET /v1/alerts/:id': {
    tag: 'Alerts',
    summary: 'One alert with evidence, explanation and timeline',
    status: 200,
    answer: 'AlertDetail',
  },
  'POST /v1/alerts/:id/feedback': {
    tag: 'Review',
    summary: 'A verdict on an alert, which closes it',
    body: {schema: 'AlertFeedback'},
    status: 202,
    answer: 'AlertFeedbackResult',
  },
  'POST /v1/alerts/:id/assign': {
    tag: 'Review',
    summary: 'Says who is to look at an alert',
    body: {schema: 'Assignment'},
    status: 200,
    answer: 'AlertTriage',
  },
  'POST /v1/alerts/:id/notes': {
    tag: 'Review',
    summary: 'Adds a note to an alert',
    body: {schema: 'Note'},
    status: 200,
    answer: 'AlertTriage',
  },
  'POST /v1/feedback': {
    tag: 'Review',
    summary: 'Verdicts on alerts and transactions, one or many',
    body: {schema: 'Feedback', many: true},
    status: 202,
    answer: 'FeedbackResults',
  },
  'GET /v1/cases': {
    tag: 'Cases',
    summary: 'Cases, the newest first',
    query: casesQuerySchema,
    status: 200,
    answer: 'CasePage',
  },
  'GET /v1/cases/stream': {
    tag: 'Cases',
    summary: 'What happens to cases, as server-sent events',
    query: caseStreamQuerySchema,
    headers: [LAST_EVENT_ID],
    status: 200,
    answer: {mediaType: 'text/event-stream'},
  },
  'GET /v1/cases/:id': {
    tag: 'Cases',
    summary: 'One case with its alerts and notes',
    status: 200,
    answer: 'Case',
  },
  'POST /v1/cases/:id/assign': {
    tag: 'Cases',
    summary: 'Says who is to look at a case',
    body: {schema: 'CaseAssignment'},
    status: 200,
    answer: 'Case',
  },
  'POST /v1/cases/:id/notes': {
    tag: 'Cases',
    summary: 'Adds a note to a case',
    body: {schema: 'CaseNote'},
    status: 200,
    answer: 'Case',
  },
  'POST /v1/cases/:id/review': {
    tag: 'Cases',
    summary: 'Takes a case up: whoever asks looks at it now',
    status: 200,
    answer: 'Case',
  },
  'POST /v1/cases/:id/close': {
    tag: 'Cases',
    summary: 'Closes a case: a verdict on each of its alerts, and entries of lists',
    body: {schema: 'CaseClosing'},
    status: 200,
    answer: 'ClosedCase',
  },
  'GET /v1/users/:id': {
    tag: 'Alerts',
    summary: 'What happened to a user',
    query: userQuerySchema,
    status: 200,
    answer: 'User',
  },
  'DELETE /v1/users/:id': {
    tag: 'Operations',
    summary: 'Forgets a user: of all that came before, nothing is kept that tells of a person',
    status: 202,
    answer: 'ForgetReport',
  },
  'GET /v1/features/:entity/:id': {
    tag: 'Model',
    summary: 'What the model would see now of a user, card, merchant, device or ip',
    query: featuresQuerySchema,
    status: 200,
    answer: 'Features',
  },
  'GET /v1/models': {
    tag: 'Model',
    summary: 'The versions of the model, and which of them decides',
    status: 200,
    answer: 'Models',
  },
  'POST /v1/models/:version/promote': {
    tag: 'Model',
    summary: 'Proposes a version that did better as champion; without keys, makes it so (200)',
    status: 202,
    answer: 'ModelProposal',
  },
  'POST /v1/models/rollback': {
    tag: 'Model',
    summary: 'Proposes to go back to the champion before; without keys, goes back (200)',
    status: 202,
    answer: 'ModelProposal',
  },
  'GET /v1/models/proposal': {
    tag: 'Model',
    summary: 'The change of the champion that waits for approval',
    status: 200,
    answer: 'ModelProposal',
  },
  'DELETE /v1/models/proposal': {
    tag: 'Model',
    summary: 'Drops the change of the champion that waits for approval',
    body: {schema: 'RuleApproval'},
    status: 204,
    answer: undefined,
  },
  'POST /v1/models/proposal/approve': {
    tag: 'Model',
    summary: 'Does what somebody else proposed, if the evidence speaks for it',
    body: {schema: 'RuleApproval'},
    status: 200,
    answer: 'Promotion',
  },
  'GET /v1/models/retrain': {
    tag: 'Model',
    summary: 'Whether a version is being trained, and what came of the last time',
    status: 200,
    answer: 'RetrainStatus',
  },
  'POST /v1/models/retrain': {
    tag: 'Model',
    summary: 'Trains a version from what was served and what was said about it',
    status: 202,
    answer: 'RetrainStatus',
  },
  'GET /v1/rules': {tag: 'Rules', summary: 'The rules in force', status: 200, answer: 'RunningRules'},
  'POST /v1/rules': {
    tag: 'Rules',
    summary:
      'Proposes the rules of the folder, or those of a former bundle; without keys, brings them into force (200)',
    body: {schema: 'RuleActivation', optional: true},
    status: 202,
    answer: 'RuleProposal',
  },
  'POST /v1/rules/validate': {
    tag: 'Rules',
    summary: 'Says what is wrong or doubtful in the text of a rule, and changes nothing',
    body: {schema: 'RuleText'},
    status: 200,
    answer: 'RuleFindings',
  },
  'POST /v1/rules/backtest': {
    tag: 'Rules',
    summary: 'Holds proposed rules against what was recorded, and changes nothing',
    body: {schema: 'RuleBacktest'},
    status: 200,
    answer: 'BacktestReport',
  },
  'POST /v1/rules/:id/mode': {
    tag: 'Rules',
    summary:
      'Proposes to switch a rule of the running set to live, shadow or off; without keys, switches it (200)',
    body: {schema: 'RuleMode'},
    status: 202,
    answer: 'RuleProposal',
  },
  'GET /v1/rules/proposal': {
    tag: 'Rules',
    summary: 'The rules that wait for approval',
    status: 200,
    answer: 'RuleProposal',
  },
  'DELETE /v1/rules/proposal': {
    tag: 'Rules',
    summary: 'Drops the rules that wait for approval',
    body: {schema: 'RuleApproval'},
    status: 204,
    answer: undefined,
  },
  'POST /v1/rules/proposal/approve': {
    tag: 'Rules',
    summary: 'Brings the rules into force that somebody else proposed',
    body: {schema: 'RuleApproval'},
    status: 200,
    answer: 'ActivationReport',
  },
  'GET /v1/webhooks': {tag: 'Webhooks', summary: 'All subscriptions', status: 200, answer: 'Webhooks'},
  'POST /v1/webhooks': {
    tag: 'Webhooks',
    summary: 'A new subscription; its secret is told once',
    body: {schema: 'NewWebhook'},
    status: 201,
    answer: 'WebhookWithSecret',
  },
  'GET /v1/webhooks/:id': {tag: 'Webhooks', summary: 'One subscription', status: 200, answer: 'Webhook'},
  'PATCH /v1/webhooks/:id': {
    tag: 'Webhooks',
    summary: 'Changes a subscription',
    body: {schema: 'WebhookChange'},
    status: 200,
    answer: 'Webhook',
  },
  'DELETE /v1/webhooks/:id': {
    tag: 'Webhooks',
    summary: 'Ends a subscription',
    status: 204,
    answer: undefined,
  },
  'POST /v1/webhooks/:id/test': {
    tag: 'Webhooks',
    summary: 'Sends a test message',
    status: 200,
    answer: 'Delivery',
  },
  'POST /v1/webhooks/:id/rotate-secret': {
    tag: 'Webhooks',
    summary: 'A new secret, beside the one before for a while',
    body: {schema: 'SecretRotation', optional: true},
    status: 200,
    answer: 'WebhookWithSecret',
  },
  'GET /v1/webhooks/:id/deliveries': {
    tag: 'Webhooks',
    summary: 'Messages and what became of them, the newest first',
    query: deliveriesQuerySchema,
    status: 200,
    answer: 'DeliveryPage',
  },
  'POST /v1/webhooks/:id/deliveries/:deliveryId/retry': {
    tag: 'Webhooks',
    summary: 'Sends a message again',
    status: 202,
    answer: 'Delivery',
  },
  'GET /v1/audit': {
    tag: 'Operations',
    summary: 'Who changed what, the newest first',
    query: auditQuerySchema,
    status: 200,
    answer: 'AuditPage',
  },
  'GET /v1/ledger': {
    tag: 'Operations',
    summary: 'What became of every input',
    status: 200,
    answer: 'LedgerReport',
  },
  'GET /health/live': {
    tag: 'Operations',
    summary: 'Whether only a restart can help (503)',
    status: 200,
    answer: 'Liveness',
  },
  'GET /health/ready': {
    tag: 'Operations',
    summary: 'Whether requests can be taken, and if not (503), why',
    status: 200,
    answer: 'Readiness',
  },
  'GET /metrics': {
    tag: 'Operations',
    summary: 'Metrics for Prometheus',
    status: 200,
    answer: {mediaType: 'text/plain'},
  },
  'GET /openapi.json': {
    tag: 'Operations',
    summary: 'This document',
    status: 200,
    answer: {mediaType: 'application/json'},
  },
  'GET /docs': {
    tag: 'Operations',
    summary: 'This document as a page',
    status: 200,
    answer: {mediaType: 'text/html'},
  },
}

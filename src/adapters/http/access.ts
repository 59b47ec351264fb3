import type {Role} from './principal.js'

const EVERYBODY = 'everybody'
const READERS = ['reviewer', 'lead', 'admin'] as const
const REVIEWERS = ['reviewer', 'lead'] as const
const LEADERS = ['lead', 'admin'] as const
const SENDERS = ['service', 'admin'] as const

/**
 * Who may do what: every route with the roles that it is open to. A route that is not in this table is open to nobody.
 */
export const ACCESS: {readonly [route: string]: readonly Role[] | typeof EVERYBODY} = {
  'GET /health/live': EVERYBODY,
  'GET /health/ready': EVERYBODY,
  'GET /openapi.json': EVERYBODY,
  'GET /docs': EVERYBODY,
  'GET /metrics': ['service', 'admin'],

  'POST /v1/events/:stream': SENDERS,
  'POST /v1/decisions': SENDERS,

  'GET /v1/alerts': READERS,
  'GET /v1/alerts/stream': READERS,
  'GET /v1/alerts/:id': READERS,
  'POST /v1/alerts/:id/feedback': REVIEWERS,
  'POST /v1/alerts/:id/assign': REVIEWERS,
  'POST /v1/alerts/:id/notes': REVIEWERS,
  'POST /v1/feedback': ['reviewer', 'lead', 'service'],
  'GET /v1/cases': READERS,
  'GET /v1/cases/stream': READERS,
  'GET /v1/cases/:id': READERS,
  'POST /v1/cases/:id/assign': REVIEWERS,
  'POST /v1/cases/:id/notes': REVIEWERS,
  'POST /v1/cases/:id/review': REVIEWERS,
  'POST /v1/cases/:id/close': REVIEWERS,
  'GET /v1/users/:id': READERS,
  'DELETE /v1/users/:id': ['admin'],
  'GET /v1/features/:entity/:id': ['reviewer', 'lead', 'admin', 'service'],

  'GET /v1/rules': READERS,
  'POST /v1/rules': LEADERS,
  'POST /v1/rules/validate': READERS,
  'POST /v1/rules/backtest': LEADERS,
  'POST /v1/rules/:id/mode': LEADERS,
  'GET /v1/rules/proposal': READERS,
  'DELETE /v1/rules/proposal': LEADERS,
  'POST /v1/rules/proposal/approve': LEADERS,

  'GET /v1/models': READERS,
  'POST /v1/models/:version/promote': LEADERS,
  'POST /v1/models/rollback': LEADERS,
  'GET /v1/models/proposal': READERS,
  'DELETE /v1/models/proposal': LEADERS,
  'POST /v1/models/proposal/approve': LEADERS,
  'GET /v1/models/retrain': READERS,
  'POST /v1/models/retrain': LEADERS,

  'GET /v1/webhooks': READERS,
  'POST /v1/webhooks': LEADERS,
  'GET /v1/webhooks/:id': READERS,
  'PATCH /v1/webhooks/:id': LEADERS,
  'DELETE /v1/webhooks/:id': LEADERS,
  'POST /v1/webhooks/:id/test': LEADERS,
  'POST /v1/webhooks/:id/rotate-secret': LEADERS,
  'GET /v1/webhooks/:id/deliveries': READERS,
  'POST /v1/webhooks/:id/deliveries/:deliveryId/retry': LEADERS,

  'GET /v1/audit': ['admin'],
  'GET /v1/ledger': ['lead', 'admin', 'service'],
}

export function isListed(route: string): boolean {
  return rolesOf(route) !== undefined
}

/** Whether a route asks nobody who they are. */
export function isOpen(route: string): boolean {
  return rolesOf(route) === EVERYBODY
}

/** Whether one of the roles may use a route. */
export function mayUse(roles: readonly Role[], route: string): boolean {
  const allowed = rolesOf(route)
  return allowed === EVERYBODY || roles.some((role) => allowed?.includes(role))
}

function rolesOf(route: string): (typeof ACCESS)[string] | undefined {
  return Object.hasOwn(ACCESS, route) ? ACCESS[route] : undefined
}

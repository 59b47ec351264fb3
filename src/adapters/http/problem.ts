import {z} from 'zod'

/** Every error that the HTTP interface answers with. Codes are stable: clients rely on them. */
export const PROBLEMS = {
  bad_request: {status: 400, title: 'The request is malformed'},
  bad_query: {status: 400, title: 'A query parameter is not valid'},
  bad_json: {status: 400, title: 'The body is not JSON'},
  invalid_cursor: {status: 400, title: 'The cursor is not one that was given out'},
  unauthenticated: {status: 401, title: 'It is not known who asks'},
  forbidden: {status: 403, title: 'Your roles do not allow this'},
  own_proposal: {status: 403, title: 'Somebody else has to approve it'},
  forbidden_host: {status: 403, title: 'The Host header does not name this machine'},
  forbidden_origin: {status: 403, title: 'The request comes from a foreign web page'},
  not_found: {status: 404, title: 'There is nothing here'},
  unknown_stream: {status: 404, title: 'There is no such stream'},
  unknown_alert: {status: 404, title: 'There is no such alert'},
  unknown_case: {status: 404, title: 'There is no such case'},
  unknown_webhook: {status: 404, title: 'There is no such webhook'},
  unknown_delivery: {status: 404, title: 'There is no such delivery'},
  unknown_user: {status: 404, title: 'There is no such user'},
  unknown_entity: {status: 404, title: 'There are no features of it'},
  unknown_model: {status: 404, title: 'There is no such version of the model'},
  unknown_proposal: {status: 404, title: 'There is no such proposal'},
  unknown_bundle: {status: 404, title: 'There is no such bundle'},
  method_not_allowed: {status: 405, title: 'The method is not allowed here'},
  request_timeout: {status: 408, title: 'The request took too long to arrive'},
  proposal_outdated: {status: 409, title: 'The rules changed since they were proposed'},
  id_conflict: {status: 409, title: 'The id was used for something else'},
  idempotency_conflict: {status: 409, title: 'The idempotency key was used for another request'},
  retrain_running: {status: 409, title: 'A version is being trained'},
  case_closed: {status: 409, title: 'The case is closed'},
  too_many_webhooks: {status: 409, title: 'There are too many webhooks'},
  body_too_large: {status: 413, title: 'The body is too large'},
  too_many_events: {status: 413, title: 'The request holds too many events'},
  uri_too_long: {status: 414, title: 'A part of the path is too long'},
  unsupported_media_type: {status: 415, title: 'The body is in a format that is not taken here'},
  feedback_refused: {status: 422, title: 'The feedback cannot be taken'},
  looks_like_pan: {status: 422, title: 'It holds what looks like a card number'},
  too_many_notes: {status: 422, title: 'There are as many notes as there may be'},
  transaction_refused: {status: 422, title: 'The transaction cannot be taken'},
  webhook_refused: {status: 422, title: 'Messages cannot be sent to this url'},
  rules_refused: {status: 422, title: 'The rules cannot be activated'},
  backtest_too_long: {status: 422, title: 'The backtest was ended'},
  promotion_refused: {status: 422, title: 'The version cannot be promoted'},
  rate_limited: {status: 429, title: 'Too many requests'},
  too_many_streams: {status: 429, title: 'Too many clients listen'},
  overloaded: {status: 429, title: 'Too much is under way'},
  headers_too_large: {status: 431, title: 'The headers are too large'},
  internal_error: {status: 500, title: 'Something went wrong inside'},
  auth_unavailable: {status: 503, title: 'Tokens cannot be checked now'},
} as const satisfies {readonly [code: string]: {readonly status: number; readonly title: string}}

export type ProblemCode = keyof typeof PROBLEMS

export const PROBLEM_MEDIA_TYPE = 'application/problem+json'

/** RFC 9457. */
export const problemSchema = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  /** What is wrong with this request, and what to do. Holds nothing of its body. */
  detail: z.string(),
  code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
  /** Names the request in the log. */
  instance: z.string().optional(),
  /** Of files: each with its place and a remedy. */
  faults: z.array(z.string()).optional(),
  /** Of an event that was refused: the code of its dead letter. */
  reason: z.string().optional(),
})

export type ProblemBody = z.infer<typeof problemSchema>

/** Thrown to answer with a problem. */
export class Problem extends Error {
  constructor(
    readonly code: ProblemCode,
    readonly detail: string,
    readonly headers: {readonly [name: string]: string} = {},
    readonly more: Pick<ProblemBody, 'faults' | 'reason'> = {},
  ) {
    super(`${code}: ${detail}`)
    this.name = 'Problem'
  }
}

export function problemBody(
  code: ProblemCode,
  detail: string,
  more: Pick<ProblemBody, 'instance' | 'faults' | 'reason'> = {},
): ProblemBody {
  const {status, title} = PROBLEMS[code]
  return {type: `urn:tripline:problem:${code}`, title, status, detail, code, ...more}
}

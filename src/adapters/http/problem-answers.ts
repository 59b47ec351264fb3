import {STATUS_CODES} from 'node:http'
import type {Socket} from 'node:net'
import type {FastifyError, FastifyReply, FastifyRequest} from 'fastify'
import {PROBLEM_MEDIA_TYPE, PROBLEMS, Problem, type ProblemCode, problemBody} from './problem.js'
import {SECURITY_HEADERS} from './security-headers.js'

/** What the framework finds wrong, in this interface's terms; its own messages quote the request. */
const FRAMEWORK_PROBLEMS: {readonly [code: string]: readonly [ProblemCode, string]} = {
  FST_ERR_CTP_BODY_TOO_LARGE: [
    'body_too_large',
    'send fewer events at a time (the limit is http.body_limit)',
  ],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported_media_type', 'send application/json or application/x-ndjson'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['bad_request', 'the body is not as long as Content-Length says'],
  FST_ERR_MAX_PARAM_LENGTH: ['uri_too_long', 'names in the path have up to 100 characters'],
  FST_ERR_BAD_URL: ['bad_request', 'the path is not percent-encoded as it should be'],
}

const BROKEN_OFF: readonly [ProblemCode, string] = ['bad_request', 'the request could not be read to its end']

/** Answers any error with a problem. What nobody expected is logged under the id that the answer names. */
export function answerError(
  error: FastifyError | Problem,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  if (error instanceof Problem) {
    sendProblem(reply.headers(error.headers), error.code, error.detail, error.more)
    return
  }
  const known = FRAMEWORK_PROBLEMS[error.code]
  if (known !== undefined) {
    sendProblem(reply, ...known)
  } else if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    sendProblem(reply, ...BROKEN_OFF)
  } else {
    request.log.error({err: error}, 'request failed')
    const instance = `urn:tripline:request:${request.id}`
    sendProblem(reply, 'internal_error', 'the log says more under this instance; it is safe to try again', {
      instance,
    })
  }
}

export function answerNotFound(_request: FastifyRequest, reply: FastifyReply): void {
  sendProblem(reply, 'not_found', 'no route has this path')
}

function sendProblem(
  reply: FastifyReply,
  code: ProblemCode,
  detail: string,
  more?: Parameters<typeof problemBody>[2],
): void {
  reply
    .code(PROBLEMS[code].status)
    .headers(SECURITY_HEADERS)
    .header('content-type', PROBLEM_MEDIA_TYPE)
    // As bytes: to text the framework adds a charset, a parameter that this media type does not have.
    .send(Buffer.from(JSON.stringify(problemBody(code, detail, more))))
}

const CONNECTION_PROBLEMS: {readonly [code: string]: readonly [ProblemCode, string]} = {
  ERR_HTTP_REQUEST_TIMEOUT: ['request_timeout', 'send the whole request without long pauses'],
  HPE_HEADER_OVERFLOW: ['headers_too_large', 'send fewer or shorter headers'],
}

/** Answers what could not be read as a request, on the bare connection, and closes it. */
export function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const [code, detail] = CONNECTION_PROBLEMS[error.code ?? ''] ?? ['bad_request', 'this is not HTTP/1.1']
  const body = JSON.stringify(problemBody(code, detail))
  const {status} = PROBLEMS[code]
  const headers = {
    ...SECURITY_HEADERS,
    'content-type': PROBLEM_MEDIA_TYPE,
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  if (socket.writable)
    socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`)
  socket.destroySoon()
}

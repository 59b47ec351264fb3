import {bearerOf, processEnvironment} from '../config/environment.js'
import type {ServiceAddress} from '../service/service-address.js'
import {EXIT, UsageError} from './exit.js'

/**
 * Sends a request to the service that has the data directory open. Returns what it answers; throws UsageError with its words where it
 * refuses or does not answer.
 */
export async function askService({url}: ServiceAddress, path: string, body?: object): Promise<unknown> {
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: {
      ...(body === undefined ? {} : {'content-type': 'application/json'}),
      ...bearerOf(processEnvironment()),
    },
    ...(body === undefined ? {} : {body: JSON.stringify(body)}),
  }).catch((error: Error) => {
    const reason = error.cause instanceof Error ? error.cause.message : error.message
    throw new UsageError(`the service at ${url} does not answer (${reason})`, EXIT.unavailable)
  })
  if (answer.ok) return answer.json()
  const {detail, faults} = (await answer.json()) as {detail: string; faults?: readonly string[]}
  throw new UsageError(faults?.join('\n') ?? detail, answer.status >= 500 ? EXIT.unavailable : EXIT.usage)
}

import {METHODS} from 'node:http'
import type {FastifyInstance} from 'fastify'
import {Problem} from './problem.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route answers a method that its path does not allow. */
    refusesMethod?: boolean
  }
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** Answers all other methods at a path with 405, before any body is read. GET brings HEAD along. */
export function allowOnly(app: FastifyInstance, url: string, methods: readonly Method[]): void {
  const allowed: ReadonlySet<string> = new Set(
    methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])),
  )
  const refused = app.supportedMethods.filter((method) => !allowed.has(method) && METHODS.includes(method))
  const allow = [...allowed].join(', ')
  const refuse = async (): Promise<never> => {
    throw new Problem('method_not_allowed', `allowed here is ${allow}`, {allow})
  }
  app.route({method: refused, url, onRequest: refuse, handler: refuse, config: {refusesMethod: true}})
}

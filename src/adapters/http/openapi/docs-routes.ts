import type {FastifyInstance} from 'fastify'
import {allowOnly} from '../allow-only.js'
import {DOCS_POLICY, docsPage} from './docs-page.js'
import {openApiDocument} from './document.js'

/** GET /openapi.json and GET /docs. They are made when they are first asked for. */
export function addDocsRoutes(app: FastifyInstance, version: string): void {
  let made: {readonly document: object; readonly page: string} | undefined
  const docs = () => {
    if (made === undefined) {
      const document = openApiDocument(version)
      made = {document, page: docsPage(document)}
    }
    return made
  }
  app.get('/openapi.json', async () => docs().document)
  allowOnly(app, '/openapi.json', ['GET'])

  app.get('/docs', async (_request, reply) => {
    reply.header('content-security-policy', DOCS_POLICY).type('text/html; charset=utf-8')
    return docs().page
  })
  allowOnly(app, '/docs', ['GET'])
}

import {hash} from 'node:crypto'
import type {JsonObject} from './components.js'

const STYLE = `
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
code,pre{font:14px/1.4 ui-monospace,monospace}pre{background:#f4f4f4;padding:1rem;overflow:auto}
summary{cursor:pointer;padding:.3rem 0}b{display:inline-block;min-width:4.5rem}small{color:#595959}
`

/** Nothing from elsewhere, no scripts, and this style only. */
export const DOCS_POLICY = `default-src 'none'; style-src 'sha256-${hash('sha256', STYLE, 'base64')}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`

interface Described {
  readonly tags: readonly [string]
  readonly summary: string
  readonly description: string
  readonly parameters: readonly {readonly name: string; readonly in: string; readonly schema: unknown}[]
  readonly requestBody?: unknown
  readonly responses: unknown
}

/** The document as a page that stands by itself. */
export function docsPage({info, paths, components}: JsonObject): string {
  const {version, description} = info as {version: string; description: string}
  const operations = Object.entries(paths as {[path: string]: {[method: string]: Described}}).flatMap(
    ([path, methods]) => Object.entries(methods).map(([method, described]) => ({path, method, ...described})),
  )
  const tags = [...new Set(operations.map(({tags: [tag]}) => tag))]
  const sections = tags.map((tag) => {
    const own = operations.filter(({tags: [name]}) => name === tag)
    return `<h2>${escaped(tag)}</h2>${own.map(operationHtml).join('')}`
  })
  const {schemas} = components as {schemas: {[name: string]: unknown}}
  const records = Object.entries(schemas).map(
    ([name, schema]) =>
      `<details id="${escaped(name)}"><summary>${escaped(name)}</summary>${json(schema)}</details>`,
  )
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Tripline API</title><style>${STYLE}</style><h1>Tripline API <small>${escaped(version)}</small></h1><p>${escaped(description)}</p><p><a href="/openapi.json">openapi.json</a></p>${sections.join('')}<h2>Records</h2>${records.join('')}</html>`
}

function operationHtml({
  path,
  method,
  summary,
  description,
  parameters,
  requestBody,
  responses,
}: Described & {readonly path: string; readonly method: string}): string {
  const head = `<b>${method.toUpperCase()}</b> <code>${escaped(path)}</code> ${escaped(summary)} <small>${escaped(description)}</small>`
  const parts = [
    ...parameters.map(
      (parameter) =>
        `<p><code>${escaped(parameter.name)}</code> (${parameter.in})</p>${json(parameter.schema)}`,
    ),
    ...(requestBody === undefined ? [] : [`<p>Body</p>${json(requestBody)}`]),
    `<p>Answers</p>${json(responses)}`,
  ]
  return `<details><summary>${head}</summary>${parts.join('')}</details>`
}

function json(value: unknown): string {
  return `<pre>${escaped(JSON.stringify(value, undefined, 2))}</pre>`
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

import {mkdirSync, writeFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {openApiDocument} from '../../adapters/http/openapi/document.js'
import {FILE_KINDS, jsonSchemaOf} from '../../core/bundle/file-schemas.js'
import {packageVersion} from '../cli/package-version.js'
import {asyncApi} from './asyncapi.js'

/*
 * `npm run schema`: writes the JSON Schemas that editors use, the OpenAPI and the AsyncAPI document, from the schemas that the program
 * itself checks with.
 */

const folder = fileURLToPath(new URL('../../../docs/schema/', import.meta.url))
mkdirSync(folder, {recursive: true})
for (const kind of FILE_KINDS) {
  writeFileSync(`${folder}${kind}.schema.json`, `${JSON.stringify(jsonSchemaOf(kind), null, 2)}\n`)
}

const docs = fileURLToPath(new URL('../../../docs/', import.meta.url))
writeFileSync(`${docs}openapi.json`, `${JSON.stringify(openApiDocument(packageVersion()), null, 2)}\n`)
writeFileSync(`${docs}asyncapi.json`, `${JSON.stringify(asyncApi(packageVersion()), null, 2)}\n`)

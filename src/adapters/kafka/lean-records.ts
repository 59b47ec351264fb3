import {createRequire} from 'node:module'
import {encodeRecord} from './encode-record.js'

/**
 * Puts `encodeRecord` in the place of the function of kafkajs, which took a seventh of a worker's time (docs/decisions/0029). To be
 * loaded before the library is: whoever loaded it before goes on with that function, which gives the same bytes.
 */
const require = createRequire(import.meta.url)
const path = require.resolve('kafkajs/src/protocol/recordBatch/record/v0/index.js')
require(path)
const loaded = require.cache[path]
if (loaded !== undefined) loaded.exports = encodeRecord

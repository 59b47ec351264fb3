import './lean-records.js'
import library from 'kafkajs'

/** The client library, whose producers encode records as `encodeRecord` does. */
export const kafkajs = library

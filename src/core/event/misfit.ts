import type {Stream} from './stream.js'

/** What does not fit a stream's schema, in words; undefined if the event fits. */
export function misfitOf({schema}: Stream, event: unknown): string | undefined {
  const {error} = schema.safeParse(event)
  return error?.issues
    .map(({path, message}) => (path.length > 0 ? `${path.join('.')}: ${message}` : message))
    .join('; ')
}

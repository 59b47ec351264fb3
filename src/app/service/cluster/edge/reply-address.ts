/** What somebody waits for: the decision on a transaction, or what becomes of an event. */
export type ReplyKind = 'decision' | 'fate'

/** Who waits for what becomes of an input, and under what name. */
export interface ReplyAddress {
  /** The process that answers the request. */
  readonly process: string
  readonly kind: ReplyKind
  /** A number that the process gave to the request. */
  readonly request: number
  /** Place of the input in the request. */
  readonly index: number
}

const TEXT = /^([0-9a-f]{16})\/([df])(\d{1,15})\/(\d{1,6})$/

export function replyAddressText({process, kind, request, index}: ReplyAddress): string {
  return `${process}/${kind === 'decision' ? 'd' : 'f'}${request}/${index}`
}

/** Undefined for what nobody here wrote: producers may put anything into a header. */
export function parseReplyAddress(text: string): ReplyAddress | undefined {
  const [, process, letter, request, index] = TEXT.exec(text) ?? []
  if (process === undefined) return undefined
  return {
    process,
    kind: letter === 'd' ? 'decision' : 'fate',
    request: Number(request),
    index: Number(index),
  }
}

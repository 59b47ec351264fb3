/** Something that is stored, and does not follow from the log, or the other way round. */
export interface StateDifference {
  /** The key's name, or what of the partition it is about. */
  readonly place: string
  readonly detail: string
}

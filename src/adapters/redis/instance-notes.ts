/** Which instance of its state each partition has, kept where a flush of Redis does not reach. */
export interface InstanceNotes {
  /** The last one noted, as far as is known here; undefined if there never was one. */
  noted(partition: number): string | undefined
  /** Looks again: another process may have noted another one. */
  refresh(): Promise<void>
  note(partition: number, instance: string): Promise<void>
}

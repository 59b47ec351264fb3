import type {Page, StoredDeadLetter} from '../../engine/port/read-model.js'

/** The dead letters of an installation, and the way back for them. */
export interface LetterBox {
  /** In the order in which they came, of one reason or all. */
  deadLetters(
    reason: string | undefined,
    limit: number,
    cursor: string | undefined,
  ): Promise<Page<StoredDeadLetter>>
  deadLetter(id: string): Promise<StoredDeadLetter | undefined>
  /** Puts a letter's bytes on the log again, and notes that it did. Gives what became of them, as far as it is known. */
  send(stored: StoredDeadLetter): Promise<string>
  close(): Promise<void>
}

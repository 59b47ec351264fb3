import type {ReadModel, StoredDeadLetter} from '../../engine/port/read-model.js'

/** The dead letters of an installation, and the way back for them. */
export interface LetterBox extends Pick<ReadModel, 'deadLetters' | 'deadLetter'> {
  /** Puts a letter's bytes on the log again, and notes that it did. Gives what became of them, as far as it is known. */
  send(stored: StoredDeadLetter): Promise<string>
  close(): Promise<void>
}

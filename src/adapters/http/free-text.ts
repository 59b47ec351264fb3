import {z} from 'zod'
import {textHoldsCardNumber} from '../../core/event/card-number.js'
import {Problem} from './problem.js'

const LONGEST_NOTE = 2_000
const LONGEST_NAME = 100

/** What somebody writes about a case. */
export const noteTextSchema = z.string().trim().min(1).max(LONGEST_NOTE)

/** The name of somebody. No control characters: names are shown in tables. */
export const personSchema = z
  .string()
  .trim()
  .min(1)
  .max(LONGEST_NAME)
  .regex(/^\P{Cc}+$/u, 'a name has no control characters')

/** Card numbers are kept nowhere: throws a Problem for a text that holds one. */
export function refuseCardNumber(text: string | null): void {
  if (text !== null && textHoldsCardNumber(text))
    throw new Problem('looks_like_pan', 'write a token, or the last four digits')
}

import {z} from 'zod'

/** How many events a repeated step binds; both bounds included. */
export interface GroupSize {
  readonly least: number
  /** Infinity: as many as there are. */
  readonly most: number
}

const WANTED = 'expected a number of events: 3, 3..5 or 3..'
const REMEDY = 'write a number such as 3, or a range such as 3..5 or 3..'

/** `times: 3`, `3..5` or `3..` */
export const groupSizeSchema = z
  .union([z.int(WANTED), z.string(WANTED)])
  .transform((times, context): GroupSize => {
    const refuse = (message: string, remedy: string): never => {
      context.addIssue({code: 'custom', message, params: {remedy}})
      return z.NEVER
    }
    const bounds = /^(\d+)(\.\.(\d*))?$/.exec(String(times))
    if (bounds === null) return refuse(`${JSON.stringify(times)} is no number of events`, REMEDY)
    const [, from, isRange, to] = bounds
    const least = Number(from)
    const most = isRange === undefined ? least : to === '' ? Number.POSITIVE_INFINITY : Number(to)
    if (least > most) return refuse(`no number lies in ${times}`, 'write the smaller number first')
    if (least === 0)
      return refuse('a step that may bind no event is none', 'begin with 1, or write absent for none')
    return {least, most}
  })

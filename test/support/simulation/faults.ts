import type {SeededRandom} from '../../../src/simulation/seeded-random.js'

/** Where an owner of the partition can be struck. */
export const FAULT_POINTS = [
  'before open',
  'after open',
  'before load',
  'before commit',
  'after commit',
  'before publish',
  'during publish',
  'after publish',
] as const
export type FaultPoint = (typeof FAULT_POINTS)[number]

/**
 * `crash`: the process dies there. `freeze`: it stops there, is given up, and goes on later as a zombie.
 * `wake`: an owner frozen earlier goes on while this one waits.
 */
export type Fault = 'crash' | 'freeze' | 'wake'

/** The process is gone; nobody catches this but the simulation. */
export class SimulatedCrash extends Error {
  constructor(point: FaultPoint) {
    super(`simulated crash ${point}`)
    this.name = 'SimulatedCrash'
  }
}

/** Draws what goes wrong where. Their number is limited, so that every simulation comes to its end. */
export class Faults {
  readonly struck: {readonly fault: Fault | 'misplaced reading'; readonly point: FaultPoint}[] = []
  private readonly chance: number
  private left: number

  constructor(
    private readonly random: SeededRandom,
    most: number,
  ) {
    this.left = random.integer(0, most)
    this.chance = random.pick([0.02, 0.1, 0.3])
  }

  at(point: FaultPoint): Fault | undefined {
    if (this.left === 0 || !this.random.chance(this.chance)) return undefined
    this.left--
    const fault = this.random.pick<Fault>(['crash', 'crash', 'freeze', 'wake'])
    this.struck.push({fault, point})
    return fault
  }

  /** Where a new owner begins to read instead of `offset`; nearly always there. */
  placeOfReading(offset: number, end: number): number {
    if (this.left === 0 || end < 2 || !this.random.chance(this.chance / 2)) return offset
    this.left--
    this.struck.push({fault: 'misplaced reading', point: 'after open'})
    return (offset + this.random.integer(1, end - 1)) % end
  }
}

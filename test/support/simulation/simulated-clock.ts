import type {WallTime} from '../../../src/core/event/time.js'
import type {Clock} from '../../../src/engine/port/clock.js'
import type {SeededRandom} from '../../../src/simulation/seeded-random.js'

/** In ms. Clocks are set, back as well. */
const STEPS = [0, 0, 1, 7, 250, 1_000, 31_000, 3_600_000, -3_600_000] as const

/**
 * A wall clock that moves when it is looked at: by nothing, a little, beyond the idle timeout, or an hour
 * back.
 */
export class SimulatedClock implements Clock {
  constructor(
    private readonly random: SeededRandom,
    private wall: number,
  ) {}

  now(): WallTime {
    this.wall += this.random.pick(STEPS)
    return this.wall as WallTime
  }
}

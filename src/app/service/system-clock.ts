import type {WallTime} from '../../core/event/time.js'
import type {Clock} from '../../engine/port/clock.js'

/** The machine's clock. */
export const SYSTEM_CLOCK: Clock = {now: () => Date.now() as WallTime}

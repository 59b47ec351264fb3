import type {WallTime} from '../../core/event/time.js'

/** Says what time it is. The only way the engine knows wall time. */
export interface Clock {
  now(): WallTime
}

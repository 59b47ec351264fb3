import type {Instrument} from '../payment.js'
import {deviceId} from '../population.js'
import {strangeIp} from '../spending.js'
import type {World} from '../world.js'

/** One of the victim's cards, used elsewhere: the device is the victim's usual one on the record. */
export function stolenCard({population, random}: World, victim: number): Instrument {
  const card = random.integer(1, population.cards[victim] as number)
  return {card, device: deviceId(victim, 1), ip: strangeIp(random)}
}

/** A device that no user has been seen with. */
export function strangeDevice({random, sequences}: World): Instrument {
  return {card: 1, device: `d_x${++sequences.strangeDevice}`, ip: strangeIp(random)}
}

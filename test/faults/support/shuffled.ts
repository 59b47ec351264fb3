import {SeededRandom} from '../../../src/simulation/seeded-random.js'
import type {PlacedLine} from '../../support/services/fed-topics.js'

/** Every line so many times, each copy as if it had come up to so many places later, never before it happened. */
export function shuffledCopies(
  lines: readonly PlacedLine[],
  copies: number,
  places: number,
): readonly PlacedLine[] {
  const random = new SeededRandom(8, 'copies')
  return Array.from({length: copies}, () => lines)
    .flat()
    .map((line, i) => ({line, place: (i % lines.length) + random.next() * places}))
    .sort((a, b) => a.place - b.place)
    .map(({line, place}) => {
      const then = lines[Math.min(Math.floor(place), lines.length - 1)] ?? line
      return {...line, arrival_time: then.arrival_time}
    })
}

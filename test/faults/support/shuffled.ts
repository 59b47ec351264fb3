import {SeededRandom} from '../../../src/simulation/seeded-random.js'
import type {PlacedLine} from '../../support/services/fed-topics.js'

/** Every line so many times, each copy up to so many places from where the line was. The times of arrival stay in order. */
export function shuffledCopies(
  lines: readonly PlacedLine[],
  copies: number,
  places: number,
): readonly PlacedLine[] {
  const random = new SeededRandom(8, 'copies')
  const placed = Array.from({length: copies}, () => lines)
    .flat()
    .map((line, i) => ({line, place: (i % lines.length) + random.next() * places}))
    .sort((a, b) => a.place - b.place)
  const arrivals = placed.map(({line}) => line.arrival_time).sort()
  return placed.map(({line}, i) => ({...line, arrival_time: arrivals[i] as string}))
}

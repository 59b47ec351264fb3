import type {ListFile, RatesFile} from '../shapes.js'
import {LONG, type Scale, START} from './scale.js'

const text = (time: number): string => new Date(time).toISOString()

/** Rates are dyadic, so that sums are exact in any order. EUR changes in between; GBP begins in between. */
export function generatedRates(scale: Scale = LONG): RatesFile {
  const middle = text(START + Math.floor(scale.units / 2) * scale.unitMs)
  return {
    schema: 'tripline/rates/v1',
    usd_per: {
      EUR: [
        {from: '2026-01-01', rate: 1.25},
        {from: middle, rate: 1.5},
      ],
      GBP: [{from: middle, rate: 2}],
    },
  }
}

/** `risky_mcc`: one entry for ever, one that expires in between, one that expired before. */
export function generatedLists(scale: Scale = LONG): readonly ListFile[] {
  const middle = text(START + Math.floor(scale.units / 2) * scale.unitMs)
  return [
    {
      schema: 'tripline/list/v1',
      name: 'risky_mcc',
      entries: [
        {value: '7995'},
        {value: '6051', expires: middle},
        {value: '5411', expires: '2026-01-01T00:00:00Z'},
      ],
    },
    {schema: 'tripline/list/v1', name: 'watched_cards', entries: [{value: 'c1'}]},
  ]
}

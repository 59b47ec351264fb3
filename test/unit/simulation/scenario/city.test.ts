import {readFileSync} from 'node:fs'
import {expect, it} from 'vitest'
import {parse} from 'yaml'
import {USD_PER} from '../../../../src/simulation/scenario/city.js'

it('prices in the rates that are shipped and in force from 2026 on', () => {
  const rates = parse(readFileSync('features/rates.yaml', 'utf8')) as {
    usd_per: Record<string, {from: string; rate: number}[]>
  }
  expect(rates.usd_per.EUR?.at(-1)).toEqual({from: '2026-01-01', rate: USD_PER.EUR})
  expect(rates.usd_per.GBP?.at(-1)).toEqual({from: '2026-01-01', rate: USD_PER.GBP})
})

import {GREATEST_VALUE} from './log-plan.js'

const BASIS_A = 0x811c9dc5
const BASIS_B = 0x9747b28c

/** A value to be added up or compared by size; NaN if it is missing. A yes is 1. */
export function numberOf(value: unknown): number {
  if (typeof value === 'boolean') return value ? 1 : 0
  return typeof value === 'number' && Math.abs(value) <= GREATEST_VALUE ? value : Number.NaN
}

const FINEST = 2 ** -20
const GREATEST_ROUNDED = 2 ** 32

/**
 * A value whose square is to be added up: to the nearest 2⁻²⁰, about a millionth, so that of values up to a billion no digit of
 * the sum of squares is lost.
 */
export function roundedNumberOf(value: unknown): number {
  const number = numberOf(value)
  return Math.abs(number) < GREATEST_ROUNDED ? Math.round(number / FINEST) * FINEST : number
}

/**
 * A number for a value that is only held against others: a hash of 52 bits, so that of a thousand values of one entity
 * two meet once in ten billion entities. NaN if the value is missing.
 */
export function codeOf(value: unknown): number {
  if (typeof value === 'string') return hashOf(value)
  if (typeof value === 'number') return Number.isNaN(value) ? Number.NaN : hashOf(`n${value}`)
  return typeof value === 'boolean' ? (value ? 1 : 0) : Number.NaN
}

/** Two hashes after FNV-1a, with other bases and primes, side by side. */
function hashOf(text: string): number {
  let a = BASIS_A
  let b = BASIS_B
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    a = Math.imul(a ^ unit, 0x01000193)
    b = Math.imul(b ^ unit, 0x85ebca6b)
    b ^= b >>> 13
  }
  a ^= a >>> 15
  return ((a >>> 0) & 0xfffff) * 2 ** 32 + (b >>> 0)
}

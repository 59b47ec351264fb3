/** A hash in the making: two 32-bit lanes, mixed by different factors. */
export interface Lanes {
  readonly low: number
  readonly high: number
}

/** Adds nothing to a sum. */
export const NO_LANES: Lanes = {low: 0, high: 0}

/*
 * What the value that follows is. Texts and arrays say their length, so that what comes after them is never taken for
 * a part of them.
 */
const TEXT = 1
const NUMBER = 2
const TRUE = 3
const FALSE = 4
const NULL = 5
const ARRAY = 6
const OBJECT = 7

const START: Lanes = {low: 0x811c9dc5 | 0, high: 0x1b873593}
const LOW_FACTOR = 0x01000193
const HIGH_FACTOR = 0x5bd1e995

const float64 = new Float64Array(1)
const words = new Int32Array(float64.buffer)

/**
 * Hashes the content of one event after the other. Each field is hashed by itself, from its name on, and the hashes of
 * all fields are added, so that their order does not matter. Stored events keep their hash: after a change here, what
 * was stored before would conflict with its own repetition.
 */
export class ContentHash {
  /** Of the field at hand. */
  private low = 0
  private high = 0
  /** Over the fields before it. */
  private sumLow = 0
  private sumHigh = 0

  /** Begins an event, or a nested object, with what its fields are added to. */
  begin(sum: Lanes): void {
    this.sumLow = sum.low
    this.sumHigh = sum.high
  }

  beginField(name: string): void {
    this.resumeField(START)
    this.addText(name)
  }

  /** Begins a field whose name is hashed already. */
  resumeField({low, high}: Lanes): void {
    this.low = low
    this.high = high
  }

  /** Adds the field to the sum, and takes out what stood there for it. */
  endField(instead: Lanes): void {
    this.sumLow = (this.sumLow + this.low - instead.low) | 0
    this.sumHigh = (this.sumHigh + this.high - instead.high) | 0
  }

  /** The field at hand, as far as it was added. */
  get lanes(): Lanes {
    return {low: this.low, high: this.high}
  }

  get sum(): Lanes {
    return {low: this.sumLow, high: this.sumHigh}
  }

  /** 53 bits over all fields since the event began. */
  get value(): number {
    return (this.sumHigh >>> 11) * 0x1_0000_0000 + (this.sumLow >>> 0)
  }

  /** Two characters at a time, which halves the work. */
  addText(text: string): void {
    const {length} = text
    this.add(length * 8 + TEXT)
    let {low, high} = this
    for (let i = 1; i < length; i += 2) {
      const pair = text.charCodeAt(i - 1) | (text.charCodeAt(i) << 16)
      low = Math.imul(low ^ pair, LOW_FACTOR)
      low ^= low >>> 15
      high = Math.imul(high ^ pair, HIGH_FACTOR)
      high ^= high >>> 15
    }
    this.low = low
    this.high = high
    if (length % 2 === 1) this.add(text.charCodeAt(length - 1))
  }

  addNumber(value: number): void {
    // Zero and minus zero are the same number.
    float64[0] = value === 0 ? 0 : value
    this.add(NUMBER)
    this.add(words[0] as number)
    this.add(words[1] as number)
  }

  addBoolean(value: boolean): void {
    this.add(value ? TRUE : FALSE)
  }

  addNull(): void {
    this.add(NULL)
  }

  /** The items follow. */
  addArray(length: number): void {
    this.add(length * 8 + ARRAY)
  }

  /** An object whose fields were hashed into a sum of their own. */
  addObject({low, high}: Lanes): void {
    this.add(OBJECT)
    this.add(low)
    this.add(high)
  }

  private add(code: number): void {
    this.low = Math.imul(this.low ^ code, LOW_FACTOR)
    this.low ^= this.low >>> 15
    this.high = Math.imul(this.high ^ code, HIGH_FACTOR)
    this.high ^= this.high >>> 15
  }
}

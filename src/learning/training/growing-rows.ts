/** Rows of features that are collected one by one. */
export class GrowingRows {
  private rows: Float32Array
  private size = 0

  constructor(private readonly width: number) {
    this.rows = new Float32Array(1024 * width)
  }

  get count(): number {
    return this.size
  }

  add(row: ArrayLike<number>): void {
    if ((this.size + 1) * this.width > this.rows.length) {
      const larger = new Float32Array(2 * this.rows.length)
      larger.set(this.rows)
      this.rows = larger
    }
    this.rows.set(row, this.size++ * this.width)
  }

  row(at: number): Float32Array {
    return this.rows.subarray(at * this.width, (at + 1) * this.width)
  }
}

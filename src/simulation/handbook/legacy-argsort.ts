import {legacyHeapsort} from './legacy-heapsort.js'

/** Parts of up to this many and one more are sorted by insertion. */
const SMALL = 15

/**
 * `numpy.argsort` of dates with its default kind: the order in which the values rise. It is NumPy's introsort, which
 * is not stable: equal values come in the order that its partitions leave them in. The ids of the data set depend on
 * that, so each step is here as it is there, down to heapsort for what has been divided too often.
 */
export function legacyArgsort(values: Int32Array): Int32Array {
  const order = values.map((_, i) => i)
  const pending = [{first: 0, last: order.length - 1, depth: 2 * (31 - Math.clz32(order.length))}]
  for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
    let {first, last, depth} = part
    if (depth < 0) {
      legacyHeapsort(values, order.subarray(first, last + 1))
      continue
    }
    while (last - first > SMALL) {
      const pivot = partition(values, order, first, last)
      depth--
      if (pivot - first < last - pivot) {
        pending.push({first: pivot + 1, last, depth})
        last = pivot - 1
      } else {
        pending.push({first, last: pivot - 1, depth})
        first = pivot + 1
      }
    }
    insertionSort(values, order, first, last)
  }
  return order
}

/** Divides by the median of three, and gives its place: before it nothing is greater, behind it nothing less. */
function partition(values: Int32Array, order: Int32Array, first: number, last: number): number {
  const at = (place: number): number => values[order[place] as number] as number
  const middle = first + ((last - first) >> 1)
  if (at(middle) < at(first)) swap(order, middle, first)
  if (at(last) < at(middle)) swap(order, last, middle)
  if (at(middle) < at(first)) swap(order, middle, first)
  const pivot = at(middle)
  swap(order, middle, last - 1)
  let low = first
  let high = last - 1
  for (;;) {
    do low++
    while (at(low) < pivot)
    do high--
    while (pivot < at(high))
    if (low >= high) break
    swap(order, low, high)
  }
  swap(order, low, last - 1)
  return low
}

function insertionSort(values: Int32Array, order: Int32Array, first: number, last: number): void {
  for (let next = first + 1; next <= last; next++) {
    const index = order[next] as number
    const value = values[index] as number
    let place = next
    while (place > first && value < (values[order[place - 1] as number] as number)) {
      order[place] = order[place - 1] as number
      place--
    }
    order[place] = index
  }
}

function swap(order: Int32Array, a: number, b: number): void {
  const moved = order[a] as number
  order[a] = order[b] as number
  order[b] = moved
}

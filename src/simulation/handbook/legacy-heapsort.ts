/** NumPy's heapsort: puts `order`, which holds indices of `values`, into the order in which the values rise. */
export function legacyHeapsort(values: Int32Array, order: Int32Array): void {
  const {length} = order
  for (let root = (length >> 1) - 1; root >= 0; root--) {
    sink(values, order, root, order[root] as number, length)
  }
  for (let left = length - 1; left > 0; left--) {
    const index = order[left] as number
    order[left] = order[0] as number
    sink(values, order, 0, index, left)
  }
}

/** Puts an index into the heap of the first `size` below the free place `root`, so that no child is greater. */
function sink(values: Int32Array, order: Int32Array, root: number, index: number, size: number): void {
  const at = (place: number): number => values[order[place] as number] as number
  const value = values[index] as number
  let place = root
  for (let child = 2 * root + 1; child < size; child = 2 * place + 1) {
    if (child + 1 < size && at(child) < at(child + 1)) child++
    if (value >= at(child)) break
    order[place] = order[child] as number
    place = child
  }
  order[place] = index
}

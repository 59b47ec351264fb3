/** Resolves at SIGTERM or SIGINT, or when `now` is called. */
export function endSignal(): {readonly signal: Promise<void>; now(): void} {
  let now: () => void = () => undefined
  const signal = new Promise<void>((resolve) => {
    now = resolve
    process.once('SIGTERM', resolve)
    process.once('SIGINT', resolve)
  })
  return {signal, now}
}

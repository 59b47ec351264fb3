import type {Config} from '../config/config.js'

/** Once a minute is often enough for what is kept for days. */
export const HOUSEKEEPING_EVERY_MS = 60_000

/** What of a read model goes with time; event times in ms. */
interface Expiring {
  /** Undefined if nothing was published yet. */
  newestEventTime(): Promise<number | undefined>
  expireAlerts(before: number): Promise<number>
  expireDecisions(before: number): Promise<number>
}

/** Drops what is older than its retention, by event time: time stands still where nothing comes. */
export async function expireRecords(
  readModel: Expiring,
  {alerts, decisions}: Config['retention'],
): Promise<void> {
  const newest = await readModel.newestEventTime()
  if (newest === undefined) return
  await readModel.expireAlerts(newest - alerts)
  await readModel.expireDecisions(newest - decisions)
}

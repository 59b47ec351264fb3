import {hash} from 'node:crypto'

/**
 * The id of the one alert of a rule and an anchor: the first 32 hex digits of SHA-256 over the UTF-8 JSON array
 * [rule id, version, key name, key value, anchor stream, anchor event id].
 */
export function alertId(
  rule: {readonly id: string; readonly version: number; readonly key: string},
  keyValue: string,
  anchor: {readonly stream: string; readonly id: string},
): string {
  const identity = [rule.id, rule.version, rule.key, keyValue, anchor.stream, anchor.id]
  return hash('sha256', JSON.stringify(identity), 'hex').slice(0, 32)
}

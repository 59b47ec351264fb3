/** What people call the things that fields name, one of them and many. */
const NOUNS: {readonly [field: string]: readonly [one: string, many: string]} = {
  user_id: ['user', 'users'],
  card_id: ['card', 'cards'],
  merchant_id: ['merchant', 'merchants'],
  counterparty_id: ['counterparty', 'counterparties'],
  device_id: ['device', 'devices'],
  ip: ['address', 'addresses'],
  country: ['country', 'countries'],
  mcc: ['category', 'categories'],
  currency: ['currency', 'currencies'],
}

/** `card` for `card_id`; a field without a noun keeps its name. */
export function singular(field: string): string {
  return NOUNS[field]?.[0] ?? field
}

/** `cards` for `card_id` */
export function plural(field: string): string {
  return NOUNS[field]?.[1] ?? field
}

const EVENTS: {readonly [stream: string]: string} = {
  transactions: 'transaction',
  locations: 'location fix',
  feedback: 'verdict',
}

/** `a transaction`, `3 transactions`, `an event of logins`, `3 events of logins` */
export function eventsOf(stream: string, count: number): string {
  if (count !== 1) return countedEvents(stream, count)
  return `${EVENTS[stream] === undefined ? 'an' : 'a'} ${singularEvent(stream)}`
}

/** `1 transaction`, `3 transactions` */
export function countedEvents(stream: string, count: number): string {
  if (count === 1) return `1 ${singularEvent(stream)}`
  const noun = EVENTS[stream]
  if (noun === undefined) return `${count} events of ${stream}`
  return `${count} ${noun}${noun.endsWith('x') ? 'es' : 's'}`
}

/** `transaction`, `event of logins` */
export function singularEvent(stream: string): string {
  return EVENTS[stream] ?? `event of ${stream}`
}

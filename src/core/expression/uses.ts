import type {Source} from './term.js'

/** Collects what an expression reads, while it is checked. */
export class Uses {
  location = false
  merchant = false
  aggregates = false
  expiringLists = false
  readonly slots = new Set<number>()
  readonly features = new Set<string>()
  readonly lists = new Set<string>()
  readonly fields = new Map<string, Set<string>>()

  source({kind, slot}: Source): void {
    if (kind === 'location') this.location = true
    else if (kind === 'merchant') this.merchant = true
    else this.slots.add(slot)
  }

  field(source: Source, name: string): void {
    this.source(source)
    const known = this.fields.get(source.stream)
    if (known === undefined) this.fields.set(source.stream, new Set([name]))
    else known.add(name)
  }
}

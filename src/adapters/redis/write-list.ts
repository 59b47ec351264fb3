/** Pairs or members that one command takes at once: what a script can unpack is limited. */
const CHUNK = 500

/** Writes that a script is to do, one after the other, as its keys and arguments. */
export class WriteList {
  readonly keys: string[] = []
  readonly args: (string | number)[] = []
  private readonly places = new Map<string, number>()

  /** `offset`: how many keys come before those of the writes. */
  constructor(private readonly offset: number) {}

  /** A command, such as SET, with what follows its key. */
  add(command: string, key: string, ...args: readonly (string | number)[]): void {
    this.args.push(command, this.placeOf(key), args.length, ...args)
  }

  /** The same command as often as it takes for all arguments, of which `together` belong together. */
  addAll(command: string, key: string, args: readonly (string | number)[], together: number): void {
    const size = CHUNK * together
    for (let i = 0; i < args.length; i += size) this.add(command, key, ...args.slice(i, i + size))
  }

  /** The place of a key among those of the script. */
  placeOf(key: string): number {
    const known = this.places.get(key)
    if (known !== undefined) return known
    this.keys.push(key)
    const place = this.offset + this.keys.length
    this.places.set(key, place)
    return place
  }
}

/** Something that happens once, for those who wait for it. */
export class Signal {
  readonly given: Promise<void>
  private resolve: () => void = () => undefined

  constructor() {
    this.given = new Promise((resolve) => {
      this.resolve = resolve
    })
  }

  give(): void {
    this.resolve()
  }
}

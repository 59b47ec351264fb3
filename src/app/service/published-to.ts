import type {Publisher} from '../../engine/port/publisher.js'

/** Hands each entry to one after the other. It is safe at its destination when it is so with all of them. */
export function publishedTo(publishers: readonly Publisher[]): Publisher {
  return {
    publish: async (entry) => {
      for (const publisher of publishers) await publisher.publish(entry)
    },
  }
}

/** Hands each entry to all at once. */
export function publishedAtOnce(publishers: readonly Publisher[]): Publisher {
  return {
    publish: async (entry) => {
      await Promise.all(publishers.map((publisher) => publisher.publish(entry)))
    },
  }
}

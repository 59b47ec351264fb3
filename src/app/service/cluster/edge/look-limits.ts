/** Whoever has a partition makes what people did count: so often it is looked whether that is done, and so long. In ms. */
export const LOOK_EVERY_MS = 25
export const LOOK_LIMIT_MS = 10_000

import fc from 'fast-check'

/**
 * The seed of every property, so that two runs of the suite check the same cases. `PROPERTY_SEED=$RANDOM npm test` checks
 * others; a property that fails names its seed.
 */
const seed = Number(process.env.PROPERTY_SEED ?? 1)
fc.configureGlobal({seed})

import type {NetworkSettings} from '../training/network-settings.js'

/** Chosen on the validation folds. */
export const HANDBOOK_NETWORK: NetworkSettings = {
  hidden: [64, 32],
  members: 3,
  epochs: 15,
  patience: 15,
  batchSize: 512,
  learningRate: 0.006,
  weightDecay: 2e-4,
  fraudWeight: 1,
  seed: 1,
}

/** For a look at whether everything works: the numbers mean nothing. */
export const QUICK_NETWORK: NetworkSettings = {...HANDBOOK_NETWORK, hidden: [16], members: 1, epochs: 2}

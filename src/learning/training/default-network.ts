import type {NetworkSettings} from './network-settings.js'

/** For transactions in general; a command line may say otherwise. */
export const DEFAULT_NETWORK: NetworkSettings = {
  hidden: [32, 16],
  members: 2,
  epochs: 30,
  patience: 6,
  batchSize: 512,
  learningRate: 0.004,
  weightDecay: 1e-5,
  fraudWeight: 5,
  seed: 1,
}

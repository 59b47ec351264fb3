import type {ControlSample, Decision} from './policy.js'

/** Whether a transaction belongs to the sample. By its id alone: whoever asks, whenever, the answer is the same. */
export function isInControlSample(transactionId: string, {share, seed}: ControlSample): boolean {
  return unitHash(transactionId, seed) < share
}

/** How a transaction in the sample is treated: what would be declined is let through, what would pass is looked at. Of a review the truth comes to light anyway. */
export function treatedInstead(asked: Decision): Decision {
  if (asked === 'decline') return 'approve'
  return 'review'
}

/** Evenly spread over [0, 1): FNV-1a over the text, mixed as MurmurHash3 ends. */
function unitHash(text: string, seed: number): number {
  let hash = 0x811c9dc5 ^ Math.imul(seed + 1, 0x9e3779b1)
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}

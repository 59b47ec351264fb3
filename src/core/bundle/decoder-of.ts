import {compileDecode, type Decode} from '../event/decode.js'
import type {Bundle} from './bundle.js'

const decoders = new WeakMap<Bundle, Decode>()

/** The checks of single events under a bundle. Compiled once, when they are first asked for. */
export function decoderOf(bundle: Bundle): Decode {
  let decode = decoders.get(bundle)
  if (decode === undefined) {
    const {eventLimit, panExempt} = bundle.settings.intake
    decode = compileDecode({streams: bundle.streams, eventLimit, panExempt: new Set(panExempt)})
    decoders.set(bundle, decode)
  }
  return decode
}

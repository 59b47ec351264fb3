import {compressFrame, decompressFrame} from 'lz4-napi'

/** What the encoder of kafkajs gives to a codec. */
interface EncodedRecords {
  readonly buffer: Buffer
}

/** LZ4 as Kafka has it since version 2 of its message format: the frames of the LZ4 specification. */
export const LZ4_CODEC = () => ({
  compress: ({buffer}: EncodedRecords): Promise<Buffer> => compressFrame(buffer),
  decompress: (buffer: Buffer): Promise<Buffer> => decompressFrame(buffer),
})

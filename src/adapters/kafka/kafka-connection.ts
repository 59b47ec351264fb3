/** How to reach a Kafka cluster. */
export interface KafkaConnection {
  /** `host:port` of some of its brokers. */
  readonly brokers: readonly string[]
  /** Undefined: the connection is not encrypted. */
  readonly tls: KafkaTls | undefined
  /** Undefined: nobody logs in. */
  readonly sasl: KafkaSasl | undefined
}

/** In PEM. What is undefined: the authorities that the system trusts; no certificate of our own. */
export interface KafkaTls {
  readonly ca: string | undefined
  readonly cert: string | undefined
  readonly key: string | undefined
}

export interface KafkaSasl {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'
  readonly username: string
  readonly password: string
}

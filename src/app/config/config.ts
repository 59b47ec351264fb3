import type {CaseDeadlines} from '../../core/case/case-steps.js'
import type {DeclaredStream} from '../../core/event/schemas.js'
import type {OidcSettings} from '../auth/oidc-settings.js'
import {type CaseListing, toCaseListings} from './case-settings.js'
import type {KafkaSettings} from './kafka-settings.js'
import type {SettingName, SettingValues} from './settings.js'
import type {TlsSettings} from './tls-settings.js'

/** The configuration as the program uses it: durations in milliseconds, sizes in bytes, paths as written. */
export interface Config {
  readonly profile: 'embedded' | 'cluster'
  readonly namespace: string
  readonly dataDir: string
  readonly http: {
    readonly host: string
    readonly port: number
    readonly bodyLimit: number
    /** ms. */
    readonly drain: number
  }
  readonly eventLimit: number
  readonly eventTime: {
    readonly outOfOrderness: number
    readonly allowedLateness: number
    readonly idleTimeout: number
    readonly maxFutureSkew: number
    readonly dedupRetention: number
    readonly locationMaxAge: number
  }
  readonly rules: {
    readonly dir: string
    readonly watch: boolean
    readonly historyCap: number
    readonly stepBudget: number
  }
  readonly features: {readonly dir: string}
  readonly model: {
    readonly backend: 'auto' | 'node' | 'wasm' | 'cpu'
    readonly alias: 'none' | 'champion' | 'challenger'
    /** `every`: 0 for never; `labels`: 0 for any number. */
    readonly retrain: {readonly every: number; readonly labels: number; readonly maturity: number}
    readonly promotion: {readonly automatic: boolean; readonly minFrauds: number}
  }
  readonly streams: readonly DeclaredStream[]
  /** By field: the reason why its numbers may look like card numbers. */
  readonly panExempt: ReadonlyMap<string, string>
  readonly kafka: KafkaSettings
  readonly auth: {
    /** Path of the file of API keys. */
    readonly keys: string
    readonly oidc: OidcSettings | null
  }
  readonly telemetry: {
    readonly exporter: 'none' | 'otlp' | 'jaeger'
    /** Empty for the exporter's own. */
    readonly endpoint: string
    readonly sample: number
  }
  readonly webhooks: {readonly allowHttpLoopback: boolean}
  readonly redis: {
    readonly url: string
    readonly cluster: boolean
    readonly tls: TlsSettings
    readonly wait: string
    readonly generation: number
  }
  readonly snapshots: {
    /** Empty for none. */
    readonly dir: string
    /** ms. */
    readonly every: number
  }
  readonly retention: {readonly alerts: number; readonly decisions: number}
  readonly cases: {
    /** From event time to when a case is due, in ms. */
    readonly sla: CaseDeadlines
    readonly lists: readonly CaseListing[]
  }
  /** How each setting came about, for those who print it. */
  readonly settings: ReadonlyMap<SettingName, ResolvedSetting>
}

export interface ResolvedSetting {
  /** As a file would hold it. */
  readonly written: unknown
  /** `default`, the file, the variable or `command line`. */
  readonly origin: string
}

/** Gives the settings the names that the program uses. */
export function toConfig(values: SettingValues, settings: Config['settings']): Config {
  return {
    profile: values.profile,
    namespace: values.namespace,
    dataDir: values.data_dir,
    http: {
      ...{host: values['http.host'], port: values['http.port'], bodyLimit: values['http.body_limit']},
      drain: values['http.drain'],
    },
    eventLimit: values.event_limit,
    eventTime: {
      outOfOrderness: values['event_time.out_of_orderness'],
      allowedLateness: values['event_time.allowed_lateness'],
      idleTimeout: values['event_time.idle_timeout'],
      maxFutureSkew: values['event_time.max_future_skew'],
      dedupRetention: values['event_time.dedup_retention'],
      locationMaxAge: values['event_time.location_max_age'],
    },
    rules: {
      dir: values['rules.dir'],
      watch: values['rules.watch'],
      historyCap: values['rules.history_cap'],
      stepBudget: values['rules.step_budget'],
    },
    features: {dir: values['features.dir']},
    model: {
      backend: values['model.backend'],
      alias: values['model.alias'],
      retrain: {
        every: values['model.retrain.every'],
        labels: values['model.retrain.labels'],
        maturity: values['model.retrain.maturity'],
      },
      promotion: {
        automatic: values['model.promotion.automatic'],
        minFrauds: values['model.promotion.min_frauds'],
      },
    },
    streams: values.streams,
    panExempt: new Map(Object.entries(values.pan_exempt)),
    kafka: {brokers: values['kafka.brokers'], tls: values['kafka.tls'], sasl: values['kafka.sasl']},
    auth: {keys: values['auth.keys'], oidc: values['auth.oidc']},
    telemetry: {
      exporter: values['telemetry.exporter'],
      endpoint: values['telemetry.endpoint'],
      sample: values['telemetry.sample'],
    },
    webhooks: {allowHttpLoopback: values['webhooks.allow_http_loopback']},
    redis: {
      url: values['redis.url'],
      cluster: values['redis.cluster'],
      tls: values['redis.tls'],
      wait: values['redis.wait'],
      generation: values['redis.generation'],
    },
    snapshots: {dir: values['snapshots.dir'], every: values['snapshots.every']},
    retention: {alerts: values['retention.alerts'], decisions: values['retention.decisions']},
    cases: {
      sla: {
        critical: values['cases.sla_critical'],
        high: values['cases.sla_high'],
        medium: values['cases.sla_medium'],
        low: values['cases.sla_low'],
      },
      lists: toCaseListings(values['cases.lists']),
    },
    settings,
  }
}

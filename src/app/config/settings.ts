import {z} from 'zod'
import {declaredStreamSchema} from '../../core/event/schemas.js'
import {streamsWith} from '../../core/event/stream.js'
import {oidcSchema} from '../auth/oidc-settings.js'
import {CASE_SETTINGS} from './case-settings.js'
import {kafkaBrokersSchema, kafkaSaslSchema} from './kafka-settings.js'
import {LEARNING_SETTINGS} from './learning-settings.js'
import {
  choice,
  duration,
  flag,
  fraction,
  path,
  type Setting,
  size,
  structure,
  text,
  wholeNumber,
} from './setting.js'
import {TLS_ALLOWED, tlsSchema} from './tls-settings.js'

const KIB = 1024
const MIB = 1024 * KIB

/** Without a password. */
const REDIS_URL = /rediss?:\/\/([^\s:@/,]+@)?(\[[0-9A-Fa-f:.]+\]|[^\s:@/,[\]]+)(:\d{1,5})?(\/\d{1,3})?/.source
const REDIS_URLS = new RegExp(`^${REDIS_URL}(,${REDIS_URL})*$`)

const streamsSchema = z.array(declaredStreamSchema).superRefine((declared, context) => {
  try {
    streamsWith(declared)
  } catch (error) {
    context.addIssue({code: 'custom', message: (error as Error).message.replace('streams: ', '')})
  }
})

const panExemptSchema = z.record(z.string().min(1), z.string('a reason').trim().min(1, 'the reason is empty'))

/** Every setting by its name in the file. None of them is a secret, so that a refusal may show the value. */
export const SETTINGS = {
  profile: choice(
    'embedded',
    ['embedded', 'cluster'],
    'What it runs on: one process on local disk, or Kafka and Redis.',
  ),
  namespace: text(
    'default',
    'Prefix of all topics and keys of this installation.',
    '1 to 64 lower case letters, digits, - and _, beginning with a letter or digit',
    /^[a-z0-9][a-z0-9_-]{0,63}$/,
  ),
  data_dir: path('.tripline', 'Folder of the embedded event log and state.'),
  'http.host': text(
    '127.0.0.1',
    'Address to listen on.',
    'an IP address or a host name',
    /^[A-Za-z0-9:.-]{1,253}$/,
  ),
  'http.port': wholeNumber(8080, 0, 65_535, 'Port to listen on; 0 takes any that is free.'),
  'http.body_limit': size('10 MiB', KIB, 1024 * MIB, 'Longest body of a request.'),
  'http.drain': duration(
    '3s',
    'Cluster: how long requests are still answered after SIGTERM while /health/ready says no, so that they go elsewhere.',
  ),
  event_limit: size('256 KiB', 256, 16 * MIB, 'Longest event; a longer one is dead-lettered (too_large).'),
  'event_time.out_of_orderness': duration(
    '5s',
    'How far the watermark stays behind the newest event of an input.',
  ),
  'event_time.allowed_lateness': duration(
    '10m',
    'How far behind the watermark an event still changes the truth.',
  ),
  'event_time.idle_timeout': duration(
    '30s',
    'An input that brought nothing for so long does not hold the watermark.',
  ),
  'event_time.max_future_skew': duration('5m', 'How far ahead of the clock an event may be.'),
  'event_time.dedup_retention': duration('24h', 'How far behind the watermark event ids are remembered.'),
  'event_time.location_max_age': duration('24h', 'Older location fixes are not joined to a transaction.'),
  'rules.dir': path('cep-rules', 'Folder of rules, lists and policy.'),
  'rules.watch': flag(true, 'Whether a running service activates changed rules by itself.'),
  'rules.history_cap': wholeNumber(
    5000,
    1,
    1_000_000,
    'Newest events of a key that one evaluation looks at.',
  ),
  'rules.step_budget': wholeNumber(20_000, 1, 100_000_000, 'Search steps that one evaluation may take.'),
  'features.dir': path('features', 'Folder of feature views and currency rates.'),
  'model.backend': choice(
    'auto',
    ['auto', 'node', 'wasm', 'cpu'],
    'What TensorFlow.js computes on; auto takes the fastest that works.',
  ),
  'model.alias': choice(
    'champion',
    ['champion', 'challenger', 'none'],
    'Which version of the model takes part in decisions; none leaves them to rules.',
  ),
  ...LEARNING_SETTINGS,
  streams: structure(
    streamsSchema,
    [],
    'Further streams besides transactions, locations, merchants and feedback.',
    'a list such as [{name: logins, key: user_id, event_id: login_id, fields: {login_id: {type: string}}}]',
  ),
  pan_exempt: structure(
    panExemptSchema,
    {},
    'Fields whose numbers may look like card numbers, each with the reason.',
    'a mapping such as {ledger_id: numeric ids of the core banking system}',
  ),
  'kafka.brokers': structure(
    kafkaBrokersSchema,
    ['127.0.0.1:9092'],
    'Brokers of the cluster profile, some of them at least.',
    'a list of host:port, in a variable with commas between them',
  ),
  'kafka.tls': structure(tlsSchema, false, 'Whether connections to Kafka are encrypted.', TLS_ALLOWED),
  'kafka.sasl': structure(
    kafkaSaslSchema,
    null,
    'How to log in to Kafka. The password is in TRIPLINE_KAFKA_PASSWORD or TRIPLINE_KAFKA_PASSWORD_FILE.',
    'null, or a mapping such as {mechanism: scram-sha-512, username: tripline}; mechanisms are plain, scram-sha-256 and scram-sha-512',
  ),
  'auth.keys': path(
    'tripline-keys.json',
    'File of the API keys (tripline keys create). Without keys the service listens on loopback only.',
  ),
  'auth.oidc': structure(
    oidcSchema.nullable(),
    null,
    'Identity provider whose tokens (JWT) are accepted beside API keys.',
    'null, or a mapping such as {issuer: https://id.example, audience: tripline, jwks_url: https://id.example/keys, role_claim: roles}',
  ),
  'webhooks.allow_http_loopback': flag(
    false,
    'Whether webhooks may be sent to this machine, and without TLS. For development.',
  ),
  'redis.url': {
    ...text(
      'redis://127.0.0.1:6379',
      'Redis of the cluster profile; the password is in TRIPLINE_REDIS_PASSWORD or TRIPLINE_REDIS_PASSWORD_FILE.',
      'redis://[user@]host:port[/db] (rediss: for TLS) without a password; of a Redis Cluster some servers, with commas',
      REDIS_URLS,
    ),
    isHidden: true,
  },
  'redis.cluster': flag(false, 'Whether Redis is a Redis Cluster.'),
  'redis.tls': structure(tlsSchema, false, 'Whether the connection to Redis is encrypted.', TLS_ALLOWED),
  'redis.wait': text(
    'none',
    'Which copies a commit waits for before it is published: none, the disk of the server, or replicas.',
    'none, disk (Redis 7.2 or later), 1 replica, 2 replicas … 9 replicas',
    /^(none|disk|1 replica|[2-9] replicas)$/,
  ),
  'redis.generation': wholeNumber(
    1,
    1,
    1_000_000,
    'Of the state in Redis. Workers with a higher number build theirs from the log beside the others, and take over.',
  ),
  'snapshots.dir': text(
    '',
    'Cluster: folder that all workers see, for snapshots of the state: one that is lost is built from the newest and the log after it. Empty: none are taken.',
    'a path of up to 4096 characters, or nothing',
    /^\P{Cc}{0,4096}$/u,
  ),
  'snapshots.every': duration('1h', 'Cluster: how often a snapshot of each partition is taken.'),
  'telemetry.exporter': choice(
    'none',
    ['none', 'otlp', 'jaeger'],
    'Where traces go: nowhere, by OTLP over HTTP (Jaeger takes it, too), or by the protocol of Jaeger itself.',
  ),
  'telemetry.endpoint': text(
    '',
    'Address of the receiver of traces; empty for the usual port of this machine.',
    'http://host:4318/v1/traces for otlp; udp://host:6832 or http://host:14268/api/traces for jaeger',
    /^$|^(https?|udp):\/\/[^\s@]{1,2000}$/,
  ),
  'telemetry.sample': fraction(0.01, 'Share of new traces that is kept. Those of alerts always are.'),
  'retention.alerts': duration('365d', 'How long alerts can be looked up.'),
  'retention.decisions': duration('90d', 'How long decisions can be looked up.'),
  ...CASE_SETTINGS,
} satisfies {readonly [name: string]: Setting<unknown>}

export type SettingName = keyof typeof SETTINGS

export type SettingValues = {readonly [Name in SettingName]: z.output<(typeof SETTINGS)[Name]['schema']>}

export const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[]

export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(SETTINGS, name)
}

/** A setting, without the type of its value. */
export function settingNamed(name: SettingName): Setting<unknown> {
  return SETTINGS[name]
}

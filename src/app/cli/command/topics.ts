import {type Command, InvalidArgumentError} from 'commander'
import {createTopics} from '../../../adapters/kafka/create-topics.js'
import {kafkaClient} from '../../../adapters/kafka/kafka-client.js'
import {explainKafkaFailure} from '../../../adapters/kafka/kafka-refusal.js'
import {TopicNames} from '../../../adapters/kafka/topic-names.js'
import {type PlannedTopic, topicPlan} from '../../../adapters/kafka/topic-plan.js'
import {streamsWith} from '../../../core/event/stream.js'
import {parseDuration} from '../../../core/source/duration.js'
import {processEnvironment} from '../../config/environment.js'
import {kafkaTarget} from '../../config/kafka-target.js'
import {createConsole} from '../console.js'
import {type CommonOptions, configOf, examples, wholeNumber} from '../options.js'

interface TopicsOptions extends Pick<CommonOptions, 'config' | 'json'> {
  readonly partitions: number
  readonly replication?: number
  readonly retention: number
  readonly print?: boolean
}

const DEFAULT_PARTITIONS = 12
const MOST_REPLICAS = 3

export function addTopicsCommand(program: Command): void {
  const topics = program.command('topics').description('the topics of the cluster profile')
  examples(
    topics
      .command('create')
      .description('create the topics that are not there, with the settings that Tripline relies on')
      .option('--partitions <n>', 'most workers that can share the work', count, DEFAULT_PARTITIONS)
      .option(
        '--replication <n>',
        'replicas of each topic (default: 3, or as many as there are brokers)',
        count,
      )
      .option('--retention <duration>', 'how long inputs are kept', retention, retention('7d'))
      .option('--print', 'print the commands of kafka-topics.sh instead, and do nothing')
      .option('--config <file>', 'configuration file (default: tripline.yaml, if there is one)')
      .option('--json', 'print what was done as one JSON object')
      .action(create),
    ['tripline topics create --partitions 12', 'tripline topics create --print > create-topics.sh'],
  )
}

async function create(options: TopicsOptions): Promise<void> {
  const console = createConsole(options.json === true)
  const config = configOf(options)
  const names = new TopicNames(config.namespace)
  const inputs = names.inputs(streamsWith(config.streams))
  const {partitions, retention: retentionMs, replication} = options
  const planFor = (brokers: number): readonly PlannedTopic[] =>
    topicPlan({
      ...{names, inputs, partitions, retentionMs},
      replication: replication ?? Math.min(MOST_REPLICAS, brokers),
      eventLimit: config.eventLimit,
    })
  if (options.print === true) {
    const plan = planFor(MOST_REPLICAS)
    console.result({topics: plan})
    for (const topic of plan) console.line(commandFor(topic, config.kafka.brokers))
    return
  }
  const connection = kafkaTarget(config, processEnvironment())
  const admin = kafkaClient({connection, clientId: 'tripline-topics', retries: 2}).admin()
  try {
    await admin.connect()
    const {brokers} = await admin.describeCluster()
    const {created, existing} = await createTopics(admin, planFor(brokers.length))
    console.result({created, existing})
    for (const topic of created) console.line(`created ${topic}`)
    for (const topic of existing) console.line(`was there ${topic}`)
  } catch (error) {
    throw explainKafkaFailure(error, connection)
  } finally {
    await admin.disconnect()
  }
}

function commandFor(
  {topic, partitions, replication, settings}: PlannedTopic,
  brokers: readonly string[],
): string {
  const configs = Object.entries(settings).map(([name, value]) => ` --config ${name}=${value}`)
  const sizes = `--partitions ${partitions} --replication-factor ${replication}`
  return `kafka-topics.sh --bootstrap-server ${brokers.join(',')} --create --if-not-exists --topic ${topic} ${sizes}${configs.join('')}`
}

function count(text: string): number {
  const value = wholeNumber(text)
  if (value < 1) throw new InvalidArgumentError('write 1 or more.')
  return value
}

function retention(text: string): number {
  const ms = parseDuration(text)
  if (ms === undefined) throw new InvalidArgumentError('write a whole number and a unit, such as 7d.')
  return ms
}

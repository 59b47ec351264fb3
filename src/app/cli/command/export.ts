import {type Command, InvalidArgumentError} from 'commander'
import {parseEventTime} from '../../../core/event/time.js'
import {processEnvironment} from '../../config/environment.js'
import {kafkaTarget} from '../../config/kafka-target.js'
import {redisTarget} from '../../config/redis-target.js'
import {exportCluster} from '../../export/export-cluster.js'
import {type ExportOptions, type ExportSummary, exportRun} from '../../export/export-run.js'
import {SYSTEM_CLOCK} from '../../service/system-clock.js'
import {createConsole, grouped} from '../console.js'
import {type CommonOptions, configOf, examples} from '../options.js'

interface ExportCommandOptions extends Pick<CommonOptions, 'config' | 'json'> {
  readonly out: string
  readonly from?: number
  readonly to?: number
  readonly dataDir?: string
}

export function addExportCommand(program: Command): void {
  examples(
    program
      .command('export')
      .description(
        'write what a stopped service took in, under which rules, features and model, and what it said',
      )
      .requiredOption('--out <dir>', 'new folder for events, features, bundle and emitted')
      .option('--from <time>', 'only what came at this time or later', time)
      .option('--to <time>', 'only what came before this time', time)
      .option('--config <file>', 'configuration file (default: tripline.yaml, if there is one)')
      .option('--data-dir <dir>', 'data directory of the service (setting data_dir)')
      .option('--json', 'print what was written as one JSON object')
      .action(runExport),
    [
      'tripline export --out export',
      'tripline replay --input export/events.ndjson.gz --bundle export/bundle --out out --compare export/emitted',
      'tripline export --out monday --from 2026-02-02T00:00:00Z --to 2026-02-03T00:00:00Z',
    ],
  )
}

async function runExport(options: ExportCommandOptions): Promise<void> {
  const console = createConsole(options.json === true)
  const {out, from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY} = options
  const config = configOf(options, options.dataDir === undefined ? {} : {data_dir: options.dataDir})
  const summary = await exported({
    config,
    outputDir: out,
    clock: SYSTEM_CLOCK,
    ...{from, to},
    onMissingModel: console.note,
    onProgress: (written) => console.progress(`${grouped(written)} events`),
  })
  const {events, alerts, decisions, features, bundles, models, complete} = summary
  console.result(summary)
  console.line(
    `${grouped(events)} events, ${grouped(alerts)} alerts that stand, ${grouped(decisions)} decisions, ${grouped(features)} rows of features, ${bundles.length} bundles, ${models.length} versions of the model in ${out}`,
  )
  if (!complete)
    console.line(
      'this is a part of what came: near its borders a replay can say otherwise than the service did',
    )
}

function exported(options: ExportOptions): Promise<ExportSummary> {
  const {config} = options
  if (config.profile === 'embedded') return exportRun(options)
  const environment = processEnvironment()
  const [kafka, redis] = [kafkaTarget(config, environment), redisTarget(config, environment)]
  return exportCluster({...options, kafka, redis, log: () => undefined})
}

function time(text: string): number {
  const at = parseEventTime(text)
  if (at === undefined) throw new InvalidArgumentError('write RFC 3339, such as 2026-02-01T00:00:00Z.')
  return at
}

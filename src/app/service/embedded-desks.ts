import {EmbeddedAlertChanges} from '../../adapters/embedded/alert-changes.js'
import {EmbeddedIdempotencyKeys} from '../../adapters/embedded/idempotency-keys.js'
import {MODEL_PROPOSAL, RULE_PROPOSAL} from '../../adapters/embedded/keyspace.js'
import {EmbeddedProposalStore} from '../../adapters/embedded/proposal-store.js'
import type {IntakeService} from '../../adapters/http/intake-service.js'
import {BacktestDesk} from './backtest/backtest-desk.js'
import {writeWindow} from './backtest/write-window.js'
import {DecisionDesk} from './decision-desk.js'
import type {EmbeddedServiceOptions} from './embedded-options.js'
import {type EmbeddedParts, PARTITION} from './embedded-parts.js'
import {FourEyes} from './four-eyes.js'
import {LearningDesk} from './learning-desk.js'
import {ModelDesk} from './model-desk.js'
import {ModelFourEyes} from './model-four-eyes.js'
import {TriageDesk} from './triage-desk.js'

/** What people and other services ask of the embedded service, beyond taking events in. */
export class EmbeddedDesks {
  readonly decisions: DecisionDesk
  readonly idempotencyKeys: EmbeddedIdempotencyKeys
  readonly triage: TriageDesk
  readonly ruleProposals: FourEyes
  readonly backtests: BacktestDesk
  readonly models: ModelDesk
  readonly modelProposals: ModelFourEyes
  readonly learning: LearningDesk

  constructor(
    {database, log, readModel, audit, partition, rules, metrics}: EmbeddedParts,
    {config, clock, scorer, program, onRetrained}: EmbeddedServiceOptions,
    submit: IntakeService['submit'],
  ) {
    const schema = () => partition.bundle.features.schema
    this.decisions = new DecisionDesk({
      bundle: () => partition.bundle,
      published: (transactionId, userId) => readModel.decision(transactionId, userId),
      ...{submit, clock},
    })
    this.idempotencyKeys = new EmbeddedIdempotencyKeys(database, clock)
    this.triage = new TriageDesk(new EmbeddedAlertChanges(database, audit), clock)
    this.ruleProposals = new FourEyes(new EmbeddedProposalStore(database, audit, RULE_PROPOSAL), rules, clock)
    this.backtests = new BacktestDesk({
      ...{config, clock, program},
      write: (window) => writeWindow({...window, log, partition: PARTITION}),
      content: () => rules.content(),
    })
    this.models = new ModelDesk({
      ...{config, audit, clock, features: schema},
      deciding: () => scorer?.version,
      evidence: (version) => this.learning.evidence(version),
    })
    this.learning = new LearningDesk({
      ...{config, database, audit, clock, schema, models: this.models, counted: metrics.learning},
      onReport: onRetrained,
    })
    this.modelProposals = new ModelFourEyes(
      new EmbeddedProposalStore(database, audit, MODEL_PROPOSAL),
      this.models,
      clock,
    )
  }
}

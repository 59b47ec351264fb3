import {z} from 'zod'
import {auditRecordSchema, jsonValueSchema} from '../../../core/case/audit-record.js'
import {caseSummarySchema} from '../../../core/case/case-events.js'
import {decisionRecordSchema} from '../../../core/decision/records.js'
import {
  feedbackSchema,
  locationSchema,
  merchantSchema,
  transactionSchema,
} from '../../../core/event/schemas.js'
import {alertAnswerSchema, alertDetailSchema, alertsAnswerSchema} from '../alert-answers.js'
import {auditAnswerSchema} from '../audit-route.js'
import {backtestAnswerSchema, backtestBodySchema} from '../backtest-route.js'
import {
  assignCaseBodySchema,
  caseAnswerSchema,
  caseNoteBodySchema,
  casesAnswerSchema,
  closeCaseAnswerSchema,
  closeCaseBodySchema,
} from '../case-schemas.js'
import {ingestAnswerSchema} from '../events-route.js'
import {featuresAnswerSchema} from '../features-route.js'
import {
  alertFeedbackAnswerSchema,
  alertFeedbackBodySchema,
  feedbackAnswerSchema,
  feedbackBodySchema,
} from '../feedback-schemas.js'
import {forgetReportSchema} from '../forget-service.js'
import {modelProposalAnswerSchema} from '../model-proposal-routes.js'
import {modelsSchema, promotionSchema} from '../models-service.js'
import {problemSchema} from '../problem.js'
import {approvalBodySchema} from '../proposal-routes.js'
import {retrainStatusSchema} from '../retrain-service.js'
import {ruleCheckBodySchema, ruleFindingsSchema} from '../rule-check-route.js'
import {ruleModeBodySchema} from '../rule-mode-route.js'
import {proposalAnswerSchema} from '../rule-proposal-routes.js'
import {activateBodySchema, activationReportSchema, runningRulesSchema} from '../rules-route.js'
import {ledgerAnswerSchema, liveAnswerSchema, readyAnswerSchema} from '../status-routes.js'
import {assignBodySchema, noteBodySchema, triageAnswerSchema} from '../triage-routes.js'
import {userAnswerSchema} from '../users-route.js'
import {
  changeWebhookBodySchema,
  createWebhookBodySchema,
  deliveriesAnswerSchema,
  deliveryAnswerSchema,
  rotateSecretBodySchema,
  webhookAnswerSchema,
  webhookSecretAnswerSchema,
  webhooksAnswerSchema,
} from '../webhook-schemas.js'

/** What is sent. */
const BODIES = {
  Transaction: transactionSchema,
  Location: locationSchema,
  Merchant: merchantSchema,
  FeedbackEvent: feedbackSchema,
  AlertFeedback: alertFeedbackBodySchema,
  Feedback: feedbackBodySchema,
  Assignment: assignBodySchema,
  Note: noteBodySchema,
  CaseAssignment: assignCaseBodySchema,
  CaseNote: caseNoteBodySchema,
  CaseClosing: closeCaseBodySchema,
  RuleActivation: activateBodySchema,
  RuleText: ruleCheckBodySchema,
  RuleMode: ruleModeBodySchema,
  RuleBacktest: backtestBodySchema,
  RuleApproval: approvalBodySchema,
  NewWebhook: createWebhookBodySchema,
  WebhookChange: changeWebhookBodySchema,
  SecretRotation: rotateSecretBodySchema,
} as const

/** What is answered. */
const ANSWERS = {
  Problem: problemSchema,
  Decision: decisionRecordSchema,
  IngestResults: ingestAnswerSchema,
  Alert: alertAnswerSchema,
  AlertPage: alertsAnswerSchema,
  AlertDetail: alertDetailSchema,
  AlertFeedbackResult: alertFeedbackAnswerSchema,
  FeedbackResults: feedbackAnswerSchema,
  AlertTriage: triageAnswerSchema,
  Case: caseAnswerSchema,
  CaseSummary: caseSummarySchema,
  CasePage: casesAnswerSchema,
  ClosedCase: closeCaseAnswerSchema,
  User: userAnswerSchema,
  ForgetReport: forgetReportSchema,
  Features: featuresAnswerSchema,
  Models: modelsSchema,
  Promotion: promotionSchema,
  RetrainStatus: retrainStatusSchema,
  RunningRules: runningRulesSchema,
  RuleFindings: ruleFindingsSchema,
  BacktestReport: backtestAnswerSchema,
  RuleProposal: proposalAnswerSchema,
  ModelProposal: modelProposalAnswerSchema,
  ActivationReport: activationReportSchema,
  Webhook: webhookAnswerSchema,
  WebhookWithSecret: webhookSecretAnswerSchema,
  Webhooks: webhooksAnswerSchema,
  Delivery: deliveryAnswerSchema,
  DeliveryPage: deliveriesAnswerSchema,
  AuditRecord: auditRecordSchema,
  AuditPage: auditAnswerSchema,
  JsonValue: jsonValueSchema,
  LedgerReport: ledgerAnswerSchema,
  Liveness: liveAnswerSchema,
  Readiness: readyAnswerSchema,
} as const

export type BodyName = keyof typeof BODIES
export type AnswerName = keyof typeof ANSWERS

/** A part of the document. */
export type JsonObject = {[name: string]: unknown}

/** All named schemas, as JSON Schema 2020-12 that refers to one another. */
export function componentSchemas(): JsonObject {
  return {...schemasOf(BODIES, 'input'), ...schemasOf(ANSWERS, 'output')}
}

export function refTo(name: BodyName | AnswerName): JsonObject {
  return {$ref: uriOf(name)}
}

function uriOf(name: string): string {
  return `#/components/schemas/${name}`
}

function schemasOf(named: {readonly [name: string]: z.ZodType}, io: 'input' | 'output'): JsonObject {
  const registry = z.registry<{id: string}>()
  for (const [id, schema] of Object.entries(named)) registry.add(schema, {id})
  const {schemas} = z.toJSONSchema(registry, {io, uri: uriOf, unrepresentable: 'any'})
  return Object.fromEntries(
    Object.entries(schemas).map(([name, {$id, $schema, ...schema}]) => [name, schema]),
  )
}

import type {DecisionAnswer, DecisionService} from '../../adapters/http/decision-service.js'

/** Causes that a decision names only where it is a fallback. */
const FALLBACK_CAUSES: ReadonlySet<string> = new Set(['deadline', 'late', 'expired'])

/** The same decisions; those that are fallbacks are told, with the reason why. They are answered, and never published. */
export function watchedDecisions(
  decisions: DecisionService,
  onFallback: (cause: string) => void,
): DecisionService {
  return {
    decide: async (bytes, deadlineMs) => {
      const answer = await decisions.decide(bytes, deadlineMs)
      for (const cause of causesOf(answer)) if (FALLBACK_CAUSES.has(cause)) onFallback(cause)
      return answer
    },
  }
}

function causesOf(answer: DecisionAnswer): readonly string[] {
  return 'decision' in answer ? answer.decision.degraded : []
}

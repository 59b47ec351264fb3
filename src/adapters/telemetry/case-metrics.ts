import type {Registry} from 'prom-client'
import type {CasesStanding} from '../../engine/port/case-store.js'
import {readGauge} from './instruments.js'

/** How much work waits for people. */
export function addCaseMetrics(registry: Registry, standing: () => Promise<CasesStanding>): void {
  const gauge = (name: string, help: string, value: (found: CasesStanding) => number): void =>
    readGauge(registry, name, help, [], async () => [{labels: {}, value: value(await standing())}])
  gauge('cases_open', 'Cases that are not closed, up to 10,000.', ({open}) => open)
  gauge('cases_overdue', 'Those of them that should have been closed by now.', ({overdue}) => overdue)
}

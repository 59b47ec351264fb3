import {expect, it} from 'vitest'
import {toBundleSettings} from '../../../../src/app/config/bundle-settings.js'
import {loadConfig} from '../../../../src/app/config/load-config.js'
import {NO_FOLDER} from './temporary-file.js'

it('takes what shapes results, and nothing else', () => {
  const env = {
    TRIPLINE_EVENT_TIME_LOCATION_MAX_AGE: '1h',
    TRIPLINE_RULES_HISTORY_CAP: '10',
    TRIPLINE_EVENT_LIMIT: '1 KiB',
    TRIPLINE_PAN_EXEMPT: '{ledger_id: numeric ids, booking: the same}',
    TRIPLINE_HTTP_PORT: '1',
  }
  expect(toBundleSettings(loadConfig({folder: NO_FOLDER, env}))).toEqual({
    time: {
      outOfOrderness: 5000,
      allowedLateness: 600_000,
      idleTimeout: 30_000,
      maxFutureSkew: 300_000,
      dedupRetention: 86_400_000,
    },
    locationMaxAge: 3_600_000,
    historyCap: 10,
    stepBudget: 20_000,
    intake: {eventLimit: 1024, panExempt: ['booking', 'ledger_id']},
  })
})

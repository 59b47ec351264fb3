import {expect, it} from 'vitest'
import {loadConfig} from '../../../../src/app/config/load-config.js'
import {printConfig} from '../../../../src/app/config/print-config.js'
import {SETTING_NAMES} from '../../../../src/app/config/settings.js'
import {NO_FOLDER, temporaryFile} from './temporary-file.js'

it('shows every setting with its documentation, its variable and the origin of its value', () => {
  const file = temporaryFile('http: {port: 9000}')
  const printed = printConfig(loadConfig({file, env: {TRIPLINE_EVENT_TIME_IDLE_TIMEOUT: '90s'}}))
  expect(printed).toContain(
    `http:
  # Address to listen on.
  # TRIPLINE_HTTP_HOST: an IP address or a host name
  host: 127.0.0.1 # default

  # Port to listen on; 0 takes any that is free.
  # TRIPLINE_HTTP_PORT: a whole number from 0 to 65535
  port: 9000 # ${file}
`,
  )
  expect(printed).toContain('\n  idle_timeout: 90s # TRIPLINE_EVENT_TIME_IDLE_TIMEOUT\n')
  expect(printed).toContain('\n  body_limit: 10 MiB # default\n')
  expect(printed.match(/^ *# TRIPLINE_/gm)).toHaveLength(SETTING_NAMES.length)
})

it('prints a file that gives the same configuration', () => {
  const env = {
    TRIPLINE_NAMESPACE: '123',
    TRIPLINE_DATA_DIR: ': # not a comment',
    TRIPLINE_HTTP_HOST: '::1',
    TRIPLINE_HTTP_BODY_LIMIT: '1048577',
    TRIPLINE_EVENT_TIME_MAX_FUTURE_SKEW: '1500ms',
    TRIPLINE_STREAMS: '[{name: logins, event_id: id, fields: {id: {type: string, required: true}}}]',
    TRIPLINE_PAN_EXEMPT: '{ledger_id: "numeric: ids # of the ledger"}',
  }
  const {settings: _, ...before} = loadConfig({folder: NO_FOLDER, env})
  const {settings, ...after} = loadConfig({
    file: temporaryFile(printConfig(loadConfig({folder: NO_FOLDER, env}))),
    env: {},
  })
  expect(after).toEqual(before)
  expect(settings.get('namespace')?.written).toBe('123')
})

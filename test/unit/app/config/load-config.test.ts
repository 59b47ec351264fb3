import {dirname} from 'node:path'
import {describe, expect, it} from 'vitest'
import {ConfigError} from '../../../../src/app/config/config-error.js'
import {type ConfigSources, loadConfig} from '../../../../src/app/config/load-config.js'
import {SETTING_NAMES, settingNamed} from '../../../../src/app/config/settings.js'
import {NO_FOLDER, temporaryFile} from './temporary-file.js'

describe('defaults', () => {
  it('are those of the contract', () => {
    const {settings, ...config} = loadConfig({folder: NO_FOLDER, env: {}})
    expect(config).toEqual({
      profile: 'embedded',
      namespace: 'default',
      auth: {keys: 'tripline-keys.json', oidc: null},
      dataDir: '.tripline',
      http: {host: '127.0.0.1', port: 8080, bodyLimit: 10 * 1024 * 1024, drain: 3_000},
      eventLimit: 256 * 1024,
      eventTime: {
        outOfOrderness: 5000,
        allowedLateness: 600_000,
        idleTimeout: 30_000,
        maxFutureSkew: 300_000,
        dedupRetention: 86_400_000,
        locationMaxAge: 86_400_000,
      },
      rules: {dir: 'cep-rules', watch: true, historyCap: 5000, stepBudget: 20_000},
      features: {dir: 'features'},
      model: {
        backend: 'auto',
        alias: 'champion',
        retrain: {every: 0, labels: 0, maturity: 30 * 86_400_000},
        promotion: {automatic: false, minFrauds: 20},
      },
      streams: [],
      panExempt: new Map(),
      kafka: {brokers: ['127.0.0.1:9092'], tls: false, sasl: null},
      redis: {url: 'redis://127.0.0.1:6379', cluster: false, tls: false, wait: 'none', generation: 1},
      telemetry: {exporter: 'none', endpoint: '', sample: 0.01},
      webhooks: {allowHttpLoopback: false},
      snapshots: {dir: '', every: 3_600_000},
      retention: {alerts: 365 * 86_400_000, decisions: 90 * 86_400_000},
      cases: {
        sla: {critical: 3_600_000, high: 4 * 3_600_000, medium: 86_400_000, low: 3 * 86_400_000},
        lists: [],
      },
    })
    expect([...settings.keys()]).toEqual(SETTING_NAMES)
    expect([...settings.values()].every(({origin}) => origin === 'default')).toBe(true)
  })

  it.each(SETTING_NAMES)('say what %s does and what is allowed', (name) => {
    const {doc, allowed} = settingNamed(name)
    expect(doc).toMatch(/^[A-Z].{10,}\.$/)
    expect(allowed).not.toBe('')
  })
})

describe('sources', () => {
  it('are the file, the environment and the command line, each winning over those before', () => {
    const file = temporaryFile('http: {port: 1000, host: "::1"}\nnamespace: of-file\nevent_limit: 1024\n')
    const config = loadConfig({
      file,
      env: {TRIPLINE_HTTP_PORT: '2000', TRIPLINE_NAMESPACE: 'of-env', PATH: '/bin'},
      overrides: {'http.port': 0, 'rules.dir': undefined},
    })
    expect([config.http.host, config.http.port, config.namespace, config.eventLimit]).toEqual([
      '::1',
      0,
      'of-env',
      1024,
    ])
    const origin = (name: 'http.host' | 'http.port' | 'namespace' | 'rules.dir') =>
      config.settings.get(name)?.origin
    expect(origin('http.host')).toBe(file)
    expect(origin('http.port')).toBe('command line')
    expect(origin('namespace')).toBe('TRIPLINE_NAMESPACE')
    expect(origin('rules.dir')).toBe('default')
  })

  it('give durations, sizes, numbers, lists and mappings as text in the environment', () => {
    const config = loadConfig({
      env: {
        TRIPLINE_EVENT_TIME_OUT_OF_ORDERNESS: '90s',
        TRIPLINE_HTTP_BODY_LIMIT: '1 MiB',
        TRIPLINE_EVENT_LIMIT: '2048',
        TRIPLINE_RULES_HISTORY_CAP: '77',
        TRIPLINE_STREAMS:
          '[{"name": "logins", "event_id": "login_id", "fields": {"login_id": {"type": "string"}}}]',
        TRIPLINE_PAN_EXEMPT: '{ledger_id: numeric ids}',
        TRIPLINE_NAMESPACE: '123',
      },
    })
    expect(config.eventTime.outOfOrderness).toBe(90_000)
    expect(config.http.bodyLimit).toBe(1024 * 1024)
    expect(config.eventLimit).toBe(2048)
    expect(config.rules.historyCap).toBe(77)
    expect(config.streams.map(({name, key}) => [name, key])).toEqual([['logins', 'user_id']])
    expect(config.panExempt).toEqual(new Map([['ledger_id', 'numeric ids']]))
    expect(config.namespace).toBe('123')
  })

  it('may be an empty file, or one whose sections are commented out', () => {
    expect(loadConfig({file: temporaryFile(''), env: {}}).http.port).toBe(8080)
    expect(loadConfig({file: temporaryFile('# nothing\nhttp:\n  # port: 1\n'), env: {}}).http.port).toBe(8080)
  })

  it('may lack the default file, but not one that was asked for', () => {
    const file = temporaryFile('http: {port: 4}')
    expect(loadConfig({folder: dirname(file), env: {}}).http.port).toBe(4)
    expect(loadConfig({folder: NO_FOLDER, env: {}}).http.port).toBe(8080)
    expect(problemsOf({env: {}, file: 'missing.yaml'})).toEqual([
      'missing.yaml: there is no such file; name an existing file with --config, or leave it out',
    ])
    expect(problemsOf({env: {}, file: '.'})).toEqual([
      '.: the file cannot be read (EISDIR); name an existing file with --config, or leave it out',
    ])
  })

  it('leave alone what tests and Kubernetes put into the environment', () => {
    const env = {
      TRIPLINE_TEST_KAFKA: 'localhost:9092',
      TRIPLINE_SERVICE_HOST: '10.0.0.1',
      TRIPLINE_SERVICE_PORT_HTTP: '8080',
      TRIPLINE_PORT: 'tcp://10.0.0.1:8080',
      TRIPLINE_PORT_8080_TCP_ADDR: '10.0.0.1',
    }
    expect(loadConfig({folder: NO_FOLDER, env}).http.port).toBe(8080)
    expect(problemsOf({env: {TRIPLINE_PORT: '8080'}})).toHaveLength(1)
  })
})

describe('a wrong value', () => {
  it.each([
    ['http: {port: 99999}', '1:14: http.port is 99999; allowed is a whole number from 0 to 65535'],
    ['http: {port: "80"}', '1:14: http.port is "80"; allowed is a whole number from 0 to 65535'],
    ['http: {port: .nan}', '1:14: http.port is NaN; allowed is a whole number from 0 to 65535'],
    ['http: {port: null}', '1:14: http.port is null; allowed is a whole number from 0 to 65535'],
    ['profile: cloud', '1:10: profile is "cloud"; allowed is embedded or cluster'],
    [
      'event_limit: 10 MB',
      '1:14: event_limit is "10 MB"; allowed is 256 B to 16 MiB, written as 10 MiB, 256 KiB or a number of bytes',
    ],
    [
      'event_time:\n  idle_timeout: 30',
      '2:17: event_time.idle_timeout is 30; allowed is a whole number and a unit, such as 500ms, 30s, 15m, 1h or 7d, up to 3660d',
    ],
    [
      'namespace: Ünïcode',
      '1:12: namespace is "Ünïcode"; allowed is 1 to 64 lower case letters, digits, - and _, beginning with a letter or digit',
    ],
    [
      'http: 8080',
      '1:7: http is no mapping; write some of http.host, http.port, http.body_limit, http.drain below it',
    ],
    ['- http', '1:1: the file is no mapping; write settings such as http: {port: 8080}'],
  ])('in a file is refused with place, name, value and what is allowed: %j', (text, problem) => {
    const file = temporaryFile(text)
    expect(problemsOf({file, env: {}})).toEqual([`${file}:${problem}`])
  })

  it('in a variable is refused under the name of the variable', () => {
    expect(problemsOf({env: {TRIPLINE_HTTP_PORT: 'abc', TRIPLINE_RULES_STEP_BUDGET: ''}})).toEqual([
      'TRIPLINE_HTTP_PORT: http.port is "abc"; allowed is a whole number from 0 to 65535',
      'TRIPLINE_RULES_STEP_BUDGET: rules.step_budget is ""; allowed is a whole number from 1 to 100000000',
    ])
  })

  it('on the command line is refused as well', () => {
    expect(problemsOf({env: {}, overrides: {'http.port': '80000'}})).toEqual([
      'command line: http.port is 80000; allowed is a whole number from 0 to 65535',
    ])
  })

  it('is cut short where it is long', () => {
    const [problem = ''] = problemsOf({env: {TRIPLINE_PROFILE: 'x'.repeat(5000)}})
    expect(problem).toContain('xxx…')
    expect(problem.length).toBeLessThan(200)
  })

  it('inside a list or mapping is refused with its place in it', () => {
    const file = temporaryFile(
      'streams:\n  - {name: logins, key: nobody, event_id: id, fields: {}}\npan_exempt: {iban: ""}',
    )
    const problems = problemsOf({file, env: {}})
    expect(problems).toHaveLength(2)
    expect(problems[0]).toMatch(/streams\.0\.key: .*"user_id".*; allowed is a list such as/)
    expect(problems[1]).toContain('pan_exempt.iban: the reason is empty; allowed is a mapping such as')
  })

  it('is a stream of a name that is taken', () => {
    const [problem] = problemsOf({env: {TRIPLINE_STREAMS: '[{name: locations, event_id: id, fields: {}}]'}})
    expect(problem).toContain('streams: locations is declared twice or built in')
  })

  it('is an event that would not fit into a request', () => {
    const env = {TRIPLINE_HTTP_BODY_LIMIT: '1 KiB', TRIPLINE_EVENT_LIMIT: '2 KiB'}
    expect(problemsOf({env})).toEqual([
      'event_limit is 2 KiB, http.body_limit 1 KiB: the longest event would not fit into a request; ' +
        'raise http.body_limit or lower event_limit',
    ])
  })

  it('does not hide the others: all are told at once', () => {
    const file = temporaryFile('http: {port: -1, prt: 1}\nprofile: x\n')
    const env = {TRIPLINE_PROFILE: 'y', TRIPLINE_DATADIR: 'z'}
    expect(problemsOf({file, env})).toHaveLength(5)
  })

  it('is YAML that cannot be read', () => {
    const file = temporaryFile('http: {port: 1\nprofile: [')
    expect(problemsOf({file, env: {}})[0]).toContain(`${file}:`)
  })
})

describe('an unknown setting', () => {
  it.each([
    ['http: {prt: 1}', '1:8: http.prt is no setting; did you mean http.port?'],
    ['htp: {port: 1}', '1:6: htp is no setting; did you mean http?'],
    ['port: 80', '1:7: port is no setting; did you mean http.port?'],
    ['http: {zzzzzz: 1}', '1:8: http.zzzzzz is no setting; known here are host, port, body_limit'],
    [
      'http.port: 80',
      '1:12: "http.port" has a dot; write a mapping inside a mapping, such as http: {port: 8080}',
    ],
    ['__proto__: {port: 80}', '1:1: __proto__ cannot be the name of a field; choose another name'],
  ])('in a file is refused with what may have been meant: %j', (text, problem) => {
    const file = temporaryFile(text)
    const problems = problemsOf({file, env: {}})
    expect(problems).toHaveLength(1)
    expect(withoutColumn(problems[0])).toContain(withoutColumn(`${file}:${problem}`))
  })

  it.each([
    ['TRIPLINE_HTTP_PRT', 'TRIPLINE_HTTP_PRT: there is no such variable; did you mean TRIPLINE_HTTP_PORT?'],
    ['TRIPLINE_WHATEVER', 'TRIPLINE_WHATEVER: there is no such variable; unset it; --print-config shows all'],
  ])('in the environment is refused: %s', (variable, problem) => {
    expect(problemsOf({env: {[variable]: 'hunter2'}})).toEqual([problem])
  })

  it('on the command line is a mistake of the program', () => {
    const overrides = {'http.prt': 1} as NonNullable<ConfigSources['overrides']>
    expect(() => loadConfig({folder: NO_FOLDER, env: {}, overrides})).toThrow(
      new TypeError('http.prt is no setting'),
    )
  })
})

function problemsOf(sources: ConfigSources): readonly string[] {
  try {
    loadConfig({folder: NO_FOLDER, ...sources})
  } catch (error) {
    if (error instanceof ConfigError) {
      expect(error.message).toBe(error.problems.join('\n'))
      return error.problems
    }
    throw error
  }
  return []
}

function withoutColumn(problem: string | undefined): string {
  return (problem ?? '').replace(/:1:\d+: /, ':1: ')
}

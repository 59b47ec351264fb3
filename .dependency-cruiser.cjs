/** Imports point inwards: core ← engine ← adapters, learning ← app. No cycles, not even of types. */
const builtinIo =
  '^(node:)?(fs|net|http|https|http2|child_process|worker_threads|dns|tls|os|process|readline|timers)'

module.exports = {
  forbidden: [
    {name: 'no-cycles', severity: 'error', from: {}, to: {circular: true}},
    {name: 'no-orphans', severity: 'error', from: {orphan: true, pathNot: ['\\.d\\.ts$']}, to: {}},
    {
      name: 'core-imports-core-only',
      severity: 'error',
      from: {path: '^src/core/'},
      to: {path: '^src/(?!core/)'},
    },
    {
      name: 'core-does-no-io',
      severity: 'error',
      from: {path: '^src/core/'},
      to: {path: [builtinIo, 'node_modules/(rxjs|fastify|classic-level|pino)']},
    },
    {
      name: 'engine-imports-core-only',
      severity: 'error',
      from: {path: '^src/engine/'},
      to: {path: '^src/(?!core/|engine/)'},
    },
    {name: 'engine-does-no-io', severity: 'error', from: {path: '^src/engine/'}, to: {path: builtinIo}},
    {
      name: 'operators-know-no-pipeline',
      severity: 'error',
      from: {path: '^src/engine/(operator|port|stage)/'},
      to: {path: '^src/engine/pipeline/'},
    },
    {
      name: 'simulation-imports-core-only',
      severity: 'error',
      from: {path: '^src/simulation/'},
      to: {path: '^src/(?!core/|simulation/)'},
    },
    {
      name: 'learning-below-app',
      severity: 'error',
      from: {path: '^src/learning/'},
      to: {path: '^src/(app|adapters)/'},
    },
    {
      name: 'adapters-below-app',
      severity: 'error',
      from: {path: '^src/adapters/'},
      to: {path: '^src/(app|learning|simulation)/'},
    },
    {
      name: 'adapters-do-not-know-each-other',
      severity: 'error',
      from: {path: '^src/adapters/([^/]+)/'},
      to: {path: '^src/adapters/', pathNot: '^src/adapters/$1/'},
    },
    {name: 'no-test-code-in-src', severity: 'error', from: {path: '^src/'}, to: {path: '^(test|bench)/'}},
    {name: 'not-to-unresolvable', severity: 'error', from: {}, to: {couldNotResolve: true}},
    {
      name: 'no-dev-dependencies',
      severity: 'error',
      from: {path: '^src/'},
      to: {dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown']},
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: {fileName: 'tsconfig.json'},
    doNotFollow: {path: 'node_modules'},
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
}

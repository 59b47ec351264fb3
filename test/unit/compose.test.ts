import {existsSync, readFileSync} from 'node:fs'
import {expect, it} from 'vitest'
import {parse} from 'yaml'

interface ComposeService {
  readonly volumes?: readonly string[]
  readonly depends_on?: {readonly [service: string]: {readonly condition: string}}
  readonly healthcheck?: object
}

const compose = parse(readFileSync('docker-compose.yml', 'utf8'), {merge: true}) as {
  readonly services: {readonly [name: string]: ComposeService}
  readonly volumes: object
}
const services = Object.entries(compose.services)

it('names the profile, its stores and what watches them', () => {
  expect(Object.keys(compose.services)).toEqual(
    expect.arrayContaining(['kafka', 'redis', 'worker-1', 'worker-2', 'prometheus', 'grafana', 'jaeger']),
  )
})

it('mounts files that are there, and volumes that are declared', () => {
  for (const [name, {volumes = []}] of services) {
    for (const mount of volumes) {
      const [source] = mount.split(':') as [string]
      const isThere = source.startsWith('.') ? existsSync(source) : source in compose.volumes
      expect(isThere, `${name} mounts ${source}`).toBe(true)
    }
  }
})

it('waits only for services that are there, and for health only where it is checked', () => {
  for (const [name, {depends_on = {}}] of services) {
    for (const [other, {condition}] of Object.entries(depends_on)) {
      const awaited = compose.services[other]
      expect(awaited, `${name} waits for ${other}`).toBeDefined()
      if (condition === 'service_healthy') expect(awaited?.healthcheck, other).toBeDefined()
    }
  }
})

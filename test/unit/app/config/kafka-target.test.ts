import {expect, it} from 'vitest'
import {kafkaTarget} from '../../../../src/app/config/kafka-target.js'
import {loadConfig} from '../../../../src/app/config/load-config.js'
import {NO_FOLDER, temporaryFile} from './temporary-file.js'

function targetOf(env: {readonly [name: string]: string}) {
  return kafkaTarget(loadConfig({folder: NO_FOLDER, env}), env)
}

it('is a broker on this machine, without TLS and login, unless said otherwise', () => {
  expect(targetOf({})).toEqual({brokers: ['127.0.0.1:9092'], tls: undefined, sasl: undefined})
})

it('takes brokers from a variable with commas between them, or from a list', () => {
  const brokers = ['b1:9092', 'b2:9093', '[::1]:9092']
  expect(targetOf({TRIPLINE_KAFKA_BROKERS: 'b1:9092, b2:9093,[::1]:9092'}).brokers).toEqual(brokers)
  const file = temporaryFile(`kafka: {brokers: ${JSON.stringify(brokers)}}`)
  expect(kafkaTarget(loadConfig({file, env: {}}), {}).brokers).toEqual(brokers)
})

it.each(['b1', 'b1:', 'b1:9092,', 'kafka://b1:9092'])('refuses %s as brokers', (brokers) => {
  expect(() => targetOf({TRIPLINE_KAFKA_BROKERS: brokers})).toThrow(
    'allowed is a list of host:port, in a variable with commas between them',
  )
})

it('takes the password from a variable or a file, and never from the settings', () => {
  const sasl = {mechanism: 'scram-sha-512', username: 'tripline'}
  const env = {TRIPLINE_KAFKA_SASL: JSON.stringify(sasl)}
  expect(targetOf({...env, TRIPLINE_KAFKA_PASSWORD: 'hunter2'}).sasl).toEqual({...sasl, password: 'hunter2'})
  const file = temporaryFile('hunter3\n')
  expect(targetOf({...env, TRIPLINE_KAFKA_PASSWORD_FILE: file}).sasl?.password).toBe('hunter3')
  expect(() => targetOf(env)).toThrow('there is no password for tripline; set TRIPLINE_KAFKA_PASSWORD')
  const inSettings = JSON.stringify({...sasl, password: 'hunter2'})
  expect(() => targetOf({TRIPLINE_KAFKA_SASL: inSettings})).toThrow('Unrecognized key: "password"')
})

it('reads the files of TLS', () => {
  const ca = temporaryFile('-----BEGIN CERTIFICATE-----')
  expect(targetOf({TRIPLINE_KAFKA_TLS: 'true'}).tls).toEqual({ca: undefined, cert: undefined, key: undefined})
  expect(targetOf({TRIPLINE_KAFKA_TLS: `{ca: ${ca}}`}).tls?.ca).toContain('BEGIN CERTIFICATE')
  expect(() => targetOf({TRIPLINE_KAFKA_TLS: '{ca: /nowhere.pem}'})).toThrow(
    '/nowhere.pem cannot be read (ENOENT)',
  )
})
